/**
 * Everything the demo's probes measure, on this machine: the pages, and one name server per carrier.
 *
 * What goes wrong follows the clock: an hour after the start the same troubles come again. They listen on loopback only.
 */
import { promises as dns } from "node:dns";
import { platform } from "node:os";
import { ConfigError } from "../../collector/wire/errors.ts";
import type { Certified } from "./certificate.ts";
import { type Conditions, conditionsAt } from "./conditions.ts";
import { type Ports, startPages } from "./pages.ts";
import { type Reply, replyUnder, startResolver } from "./resolver.ts";
import { CARRIERS, type DemoCarrier, type DemoTarget, hourlyIncidents, TARGETS } from "./scene.ts";

export type Sites = {
  readonly ports: Ports;
  /** By carrier id: `127.0.0.1:PORT` of its name server. */
  readonly resolvers: ReadonlyMap<string, string>;
  close(): Promise<void>;
};

/**
 * Starts them.
 *
 * @param ports Of an earlier start, tried first.
 * @throws ConfigError where this system has only one loopback address.
 */
export async function startSites(
  ports: Ports,
  certificate: Certified,
  clock: { nowMs(): number },
): Promise<Sites> {
  const nowS = () => Math.floor(clock.nowMs() / 1_000);
  const sinceS = nowS();
  const conditions = (target: DemoTarget, carrier: DemoCarrier): Conditions =>
    conditionsAt(target, carrier, hourlyIncidents(sinceS, nowS()), nowS());
  const options = { carriers: CARRIERS, targets: TARGETS, certificate, conditions };
  const pages = await startPages({ ...options, ports }).catch((error: NodeJS.ErrnoException) => {
    // Ports of an earlier start may be somebody else's by now.
    if (error.code === "EADDRINUSE") return startPages({ ...options, ports: { https: 0, http: 0 } });
    if (error.code !== "EADDRNOTAVAIL") throw error;
    throw new ConfigError(`the demo needs the loopback address ${CARRIERS[0]?.address}`, {
      cause: error,
      hint:
        platform() === "darwin"
          ? `add it: ${CARRIERS.flatMap(({ address, spare }) => [address, spare])
              .map((address) => `sudo ifconfig lo0 alias ${address}`)
              .join(" && ")}`
          : "all of 127.0.0.0/8 must belong to the loopback interface",
    });
  });
  const resolvers = new Map<string, string>();
  const closers = [() => pages.close()];
  for (const carrier of CARRIERS) {
    const reply = (host: string): Reply | null => {
      const target = TARGETS.find((one) => one.host === host);
      if (!target) return null;
      const { dnsMs, fault } = conditions(target, carrier);
      const made = replyUnder(fault?.kind === "dns" ? fault : null, dnsMs);
      return made.kind === "answer" && target.everyAddress ? { ...made, more: [carrier.spare] } : made;
    };
    const resolver = await startResolver(carrier.address, reply, (host, family) =>
      family === 4 ? dns.resolve4(host) : dns.resolve6(host),
    );
    resolvers.set(carrier.id, resolver.address);
    closers.push(() => resolver.close());
  }
  return {
    ports: pages.ports,
    resolvers,
    async close() {
      for (const close of closers.splice(0).reverse()) await close();
    },
  };
}
