/**
 * The tools that can look at a route, best first: what each is called, how it is asked, how its words are read.
 *
 * TCP to the port that failed goes where the requests go; it needs CAP_NET_RAW. UDP needs nothing, and a carrier may
 * treat it differently. Numbers only: no name is looked up on the way.
 */
import { isIP } from "node:net";
import type { PATH_TOOLS } from "../../collector/wire/path-evidence.ts";
import { type Parsed, parseMtr, parseTracepath, parseTraceroute } from "./parse.ts";

export type Destination = {
  readonly address: string;
  readonly port: number;
  /** Source address; undefined = the machine chooses. */
  readonly localAddress: string | undefined;
};

export type Tool = {
  readonly tool: (typeof PATH_TOOLS)[number];
  readonly by: "tcp" | "udp";
  readonly command: string;
  /** null: it cannot look there. */
  readonly args: (to: Destination) => readonly string[] | null;
  readonly parse: (text: string, target: string) => Parsed;
};

const HOPS = "30";

const from = (flag: string, { localAddress }: Destination) =>
  localAddress === undefined ? [] : [flag, localAddress];

export const TOOLS: readonly Tool[] = [
  {
    tool: "traceroute",
    by: "tcp",
    command: "traceroute",
    args: (to) => ["-T", "-p", String(to.port), ...quick(to), to.address],
    parse: parseTraceroute,
  },
  {
    tool: "tcptraceroute",
    by: "tcp",
    command: "tcptraceroute",
    // Knows IPv4 alone, and asks one hop after the other.
    args: (to) =>
      isIP(to.address) === 4
        ? ["-n", "-q", "2", "-w", "1", "-m", HOPS, ...from("-s", to), to.address, String(to.port)]
        : null,
    parse: parseTraceroute,
  },
  {
    tool: "mtr",
    by: "tcp",
    command: "mtr",
    args: (to) => [
      ...["--json", "--tcp", "-P", String(to.port), "-n", "-c", "2", "-G", "2", "-m", HOPS],
      ...from("-a", to),
      to.address,
    ],
    parse: parseMtr,
  },
  {
    tool: "traceroute",
    by: "udp",
    command: "traceroute",
    args: (to) => [...quick(to), to.address],
    parse: parseTraceroute,
  },
  {
    tool: "tracepath",
    by: "udp",
    // Without it nothing is printed before the end, which a dead route does not have.
    command: "stdbuf",
    args: (to) => (to.localAddress === undefined ? ["-oL", "tracepath", "-n", "-m", HOPS, to.address] : null),
    parse: parseTracepath,
  },
  {
    tool: "tracepath",
    by: "udp",
    command: "tracepath",
    args: (to) => (to.localAddress === undefined ? ["-n", "-m", HOPS, to.address] : null),
    parse: parseTracepath,
  },
];

function quick(to: Destination): string[] {
  return ["-n", "-q", "2", "-w", "2", "-m", HOPS, ...from("-s", to)];
}
