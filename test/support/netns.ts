/**
 * A small internet of network namespaces: a machine, two routers, a site. `src - r1 - r2 - dst`, IPv4 and IPv6.
 *
 * Everything lives in a user, network and mount namespace of its own (util-linux `unshare`), so that no root is needed
 * outside and nothing is left over. Needs `ip` (iproute2). Links: 10.77.1.0/24, 10.77.2.0/24, 10.77.3.0/24 and fd77:N::/64.
 */
import { spawn } from "node:child_process";

export const ROOT = new URL("../..", import.meta.url).pathname;

const CHAIN = `
ip link set lo up
for n in src r1 r2 dst; do
  ip netns add $n; ip -n $n link set lo up
  ip netns exec $n sysctl -qw net.ipv6.conf.default.accept_dad=0
done
join() {
  ip -n $1 link add $2 type veth peer name $4 netns $3
  ip -n $1 addr add 10.77.$5.$6/24 dev $2; ip -n $3 addr add 10.77.$5.$7/24 dev $4
  ip -n $1 -6 addr add fd77:$5::$6/64 dev $2 nodad; ip -n $3 -6 addr add fd77:$5::$7/64 dev $4 nodad
  ip -n $1 link set $2 up; ip -n $3 link set $4 up
}
join src e0 r1 e0 1 2 1
join r1 e1 r2 e0 2 1 2
join r2 e1 dst e0 3 1 2
for n in src r1 r2 dst; do
  ip netns exec $n sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratelimit=0
  ip netns exec $n sysctl -qw "net.ipv4.ping_group_range=0 0"
done
for r in r1 r2; do ip netns exec $r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; done
ip -n src route add default via 10.77.1.1; ip -n src -6 route add default via fd77:1::1
ip -n r1 route add default via 10.77.2.2; ip -n r1 -6 route add default via fd77:2::2
ip -n r2 route add 10.77.1.0/24 via 10.77.2.1; ip -n r2 -6 route add fd77:1::/64 via fd77:2::1
ip -n dst route add default via 10.77.3.1; ip -n dst -6 route add default via fd77:3::1
`;

export type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** Node in a namespace, for a script line: `$NODE file.ts`. */
const NODE = `NODE="${process.execPath}"; cd "${ROOT}"`;

/**
 * Runs a shell script inside the small internet; it ends with the script and so does all the script started.
 *
 * @param script Lines of sh -e; namespaces as `ip netns exec src ...`, Node as "$NODE".
 */
export function inSmallInternet(script: string): Promise<Ran> {
  return inNamespaces(`${CHAIN}\n${script}`);
}

/** The same in a world that the script makes itself. */
export function inNamespaces(script: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn("unshare", ["-rnm", "--fork", "--pid", "--kill-child", "sh", "-e"], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`, LC_ALL: "C" },
    });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].on("data", (chunk) => {
        said[name] += String(chunk);
      });
    }
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, ...said }));
    child.stdin.end(`mount -t tmpfs none /run\n${NODE}\n${script}\n`);
  });
}
