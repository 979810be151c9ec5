/** A route as a terminal shows it, in both languages. Pure; hostile text is one line each and cut. */
import type { Language } from "../../collector/wire/ids.ts";
import type { PathEvidence, PathHop } from "../../collector/wire/path-evidence.ts";
import type { Say } from "../../collector/wire/said/language.ts";
import { oneLine } from "../measure/text.ts";

type Words = {
  readonly route: (address: string, port: number, tool: string) => string;
  readonly silent: string;
  readonly reached: string;
  readonly notReached: string;
  readonly head: (line: string) => string;
};

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    route: (address, port, tool) => `route to ${address} port ${port} (${tool})`,
    silent: "no answer",
    reached: "reached",
    notReached: "not reached",
    head: (line) => `answer: ${line}`,
  },
  zh: {
    route: (address, port, tool) => `到 ${address} 端口 ${port} 的路由（${tool}）`,
    silent: "无应答",
    reached: "已到达",
    notReached: "未到达",
    head: (line) => `应答：${line}`,
  },
};

/** Several lines, without a line break at the end. @param say Of the same language: notes speak English. */
export function showPath(evidence: PathEvidence, language: Language, say: Say): string {
  const words = WORDS[language];
  const { tool, address, port, hops, reached, note, chain, head } = evidence;
  const lines = [
    `  ${words.route(address ?? "-", port, tool ?? "-")}`,
    ...hops.map((hop) => hopLine(hop, words)),
    ...(tool === null ? [] : [`      ${reached ? words.reached : words.notReached}`]),
    ...chain.map(({ subject, issuer }) => `  ${oneLine(subject, 80)} <- ${oneLine(issuer, 80)}`),
    ...(head === undefined ? [] : [`  ${words.head(oneLine(head.split("\n")[0] ?? "", 120))}`]),
    ...(note === undefined ? [] : [`  ${say(oneLine(note, 300))}`]),
  ];
  return lines.join("\n");
}

function hopLine({ ttl, address, timesMs, hint }: PathHop, words: Words): string {
  const times = timesMs.map((ms) => `${ms.toFixed(1)} ms`).join("  ");
  const network =
    hint === undefined
      ? ""
      : `  ${[hint.name, hint.asn === undefined ? "" : `AS${hint.asn}`].join(" ").trim()}`;
  const who = address === null ? words.silent : oneLine(address, 64);
  return `  ${String(ttl).padStart(4)}  ${who}${times === "" ? "" : `  ${times}`}${network}`;
}
