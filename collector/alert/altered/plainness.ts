/**
 * Whether samples, as outlines have them, leave nothing to compare between carriers: then nobody is found to be answered
 * otherwise, whatever the record of altered answers said before them. Pure; for glance.ts and plain-votes.ts.
 */
import { OUTLINE_STATES, type Outlines } from "../../store/outline.ts";
import { answeredAlike, isInTheOpen } from "./alike.ts";
import { doubtOf, doubtOfFailure, type Said, type Saying } from "./sealed.ts";

const [DOWN, UNKNOWN] = [OUTLINE_STATES.indexOf("down"), OUTLINE_STATES.indexOf("unknown")];
const SILENT: Saying = { doubt: "silent", resolved: null };

/**
 * @param url The target's.
 * @param outlines Of the target; of failures, and where it was measured in the open, with answers.
 * @returns Called with each entry that is a witness: whether it leaves nothing to compare, beside those before it.
 */
export function plainness(url: string, outlines: Outlines): (i: number) => boolean {
  const { said, texts, states, statuses, bodiesBytes } = outlines;
  const isAsOthers = isInTheOpen(url) ? answeredAlike(outlines) : () => true;
  const parsed = new Map<number, Said>();
  const parsedOf = (text: number): Said => {
    const known = parsed.get(text) ?? (JSON.parse(texts[text] ?? "{}") as Said);
    parsed.set(text, known);
    return known;
  };
  const failureAt = (i: number, text: number): Saying =>
    doubtOfFailure(
      parsedOf(text),
      { status: statuses[i] ?? 0, bodyBytes: bodiesBytes[i] ?? Number.NaN },
      url,
    );
  let saidLast = -1;
  let saying = SILENT;
  let resolved: Saying["resolved"] = null;
  return (i) => {
    const text = said[i] ?? 0;
    if (states[i] === DOWN || states[i] === UNKNOWN) {
      saying = failureAt(i, text);
      saidLast = -1;
    } else if (text !== saidLast) {
      saying = doubtOf(texts[text] ?? "", url);
      saidLast = text;
    }
    const { doubt } = saying;
    // Where all are told of a private network it is a site of one; some told so and others not is for the signs.
    if (saying.resolved !== null && resolved !== null && saying.resolved !== resolved) return false;
    resolved ??= saying.resolved;
    return doubt === "silent" || (doubt !== "some" && isAsOthers(i, doubt));
  };
}
