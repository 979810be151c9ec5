/**
 * The route to an address, by the first tool of this machine that can see one.
 *
 * At most half a minute, whatever the tools do. Finding nothing is an answer too: the note says why, or what to install.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import type { PathEvidence } from "../../collector/wire/path-evidence.ts";
import type { RunTool, Said } from "./run-tool.ts";
import { type Destination, TOOLS, type Tool } from "./tools.ts";

export type Route = Pick<PathEvidence, "tool" | "hops" | "reached" | "note">;

/** All tools together, and how long the last one must have left to be worth its start. */
export const TOTAL_MS = 30_000;
const ONE_MS = 25_000;
const WORTH_MS = 2_000;

const INSTALL =
  "no tool on this machine can show the route: install traceroute (or tcptraceroute, mtr, tracepath)";
const BY_UDP = "by UDP: no tool here may send TCP probes (they need CAP_NET_RAW)";

/** @param run Starts a tool. */
export async function traceTo(
  { clock, run }: { clock: Clock; run: RunTool },
  to: Destination,
  signal?: AbortSignal,
): Promise<Route> {
  const endMs = clock.monoMs() + TOTAL_MS;
  let refused = "";
  let best: Route | null = null;
  for (const tool of TOOLS) {
    const args = tool.args(to);
    const leftMs = Math.min(ONE_MS, endMs - clock.monoMs());
    if (args === null || leftMs < WORTH_MS || signal?.aborted) continue;
    const said = await run(tool.command, args, {
      timeoutMs: leftMs,
      ...(signal === undefined ? {} : { signal }),
    });
    if (said.missing) continue;
    const { hops, reached } = tool.parse(said.stdout, to.address);
    const route = { tool: tool.tool, hops, reached, ...noteOf(tool, said) };
    // Silence from the first hop on is worth a second opinion, and is kept if there is none.
    if (hops.some(({ address }) => address !== null)) return route;
    if (hops.length > 0) best ??= route;
    else refused ||= firstLine(said.stderr);
  }
  if (best !== null) return best;
  const note = refused === "" ? INSTALL : `${INSTALL}; what is here said: ${refused}`;
  return { tool: null, hops: [], reached: false, note: note.slice(0, 300) };
}

function noteOf(tool: Tool, { status }: Said): { note?: string } {
  const notes = [
    ...(tool.by === "udp" ? [BY_UDP] : []),
    ...(status === null ? ["cut off: it took too long"] : []),
  ];
  return notes.length === 0 ? {} : { note: notes.join("; ") };
}

function firstLine(text: string): string {
  return (text.trim().split("\n")[0] ?? "").replaceAll(/[^\x20-\x7e]/g, " ").slice(0, 120);
}
