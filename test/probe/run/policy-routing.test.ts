/** The routes of docs/several-carriers.md, as they stand there, on a machine with two lines: each vantage's way out is its own. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inNamespaces, ROOT } from "../../support/netns.ts";

const page = readFileSync(join(ROOT, "docs", "several-carriers.md"), "utf8");
const routes = /^```sh\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? "";

/** Both carriers lead to 203.0.113.80, and each has a machine of its own there: what answers says which way was taken. */
const LINES = `
for n in host ct cnc; do ip netns add $n; ip -n $n link set lo up; done
line() {
  ip -n host link add $2 type veth peer name w0 netns $1
  ip -n host addr add $3.10/24 dev $2; ip -n $1 addr add $3.1/24 dev w0
  ip -n $1 addr add 203.0.113.80/32 dev lo
  ip -n host link set $2 up; ip -n $1 link set w0 up
}
line ct eth0 192.0.2
line cnc eth1 198.51.100
ip -n host route add default via 192.0.2.1
ip netns exec host sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.eth0.rp_filter=1 net.ipv4.conf.eth1.rp_filter=1
`;

const server = (name: string, status: number) =>
  `ip netns exec ${name} "$NODE" -e 'require("http").createServer((q, r) => {
    r.writeHead(${status}, { server: "${name} from " + q.socket.remoteAddress }).end("ok") }).listen(8080, "0.0.0.0", () => console.log("${name} listens"))' > /run/${name} &
   until grep -q listens /run/${name}; do sleep 0.05; done`;

const check = (address: string) =>
  `ip netns exec host "$NODE" deploy/bin.js check --json --max-time 20 --allow 203.0.113.80/32 --local-address ${address} http://203.0.113.80:8080/`;

const way = (address: string) =>
  `ip -n host route get 203.0.113.80 from ${address} | grep -o "via [0-9.]* dev [a-z0-9]*"`;

test("with the page's rules each address leaves by its own line; without them both by the default one", async () => {
  assert.ok(routes.includes("ip rule add from 198.51.100.10/32"), "the page has its commands");
  const ran = await inNamespaces(
    [
      LINES,
      server("ct", 200),
      server("cnc", 201),
      way("192.0.2.10"),
      way("198.51.100.10"),
      `ip netns exec host sh -e <<'ROUTES'\n${routes}ROUTES`,
      way("192.0.2.10"),
      way("198.51.100.10"),
      check("192.0.2.10"),
      check("198.51.100.10"),
    ].join("\n"),
  );
  assert.equal(ran.status, 0, ran.stderr);
  const lines = ran.stdout.trim().split("\n");
  assert.deepEqual(lines.slice(0, 4), [
    "via 192.0.2.1 dev eth0",
    "via 192.0.2.1 dev eth0",
    "via 192.0.2.1 dev eth0",
    "via 198.51.100.1 dev eth1",
  ]);
  const said = lines.slice(4).map((line) => JSON.parse(line));
  assert.deepEqual(
    said.map(({ detail }) => [detail.status, detail.head.server, detail.localAddress]),
    [
      [200, "ct from 192.0.2.10", "192.0.2.10"],
      [201, "cnc from 198.51.100.10", "198.51.100.10"],
    ],
  );
});
