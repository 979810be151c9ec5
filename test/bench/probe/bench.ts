/**
 * `npm run bench -- probe [--quick] [--runs=N] [case ...]`: the probe beside curl, libcurl multi and blackbox_exporter.
 *
 * Truth is the packets' times. All of it runs in a network namespace of its own, so that the only packets on loopback
 * are the bench's and resolv.conf may lead to its DNS server. Nothing of the machine is changed.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

const TOOLS = {
  unshare: "util-linux",
  ip: "iproute2",
  mount: "mount",
  tcpdump: "tcpdump",
  openssl: "openssl",
};

/** @returns Lines to print; most have been printed by then, as they came. */
export async function bench(args: readonly string[]): Promise<string[]> {
  if (args.some((arg) => arg.startsWith("--") && !/^--(?:quick|runs=[1-9]\d*)$/.test(arg)))
    return [
      "usage: npm run bench -- probe [--quick] [--runs=N] [idle|minute|dead-zones|busy|cost|overrun ...]",
    ];
  const missing = Object.entries(TOOLS).filter(([tool]) => !has(tool));
  if (missing.length > 0) {
    const packages = missing.map(([, name]) => name).join(" ");
    return [`cannot run: ${missing.map(([tool]) => tool).join(", ")} missing; apt-get install ${packages}`];
  }
  const asRoot = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const main = new URL("./main.ts", import.meta.url).pathname;
  const child = spawn("unshare", [...asRoot, "--net", "--mount", "--", process.execPath, main, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = await once(child, "close");
  if (code !== 0)
    throw new Error(`ended with ${code}; making a network namespace needs root, or user namespaces allowed`);
  return [];
}

function has(tool: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${tool}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
