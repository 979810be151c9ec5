/** What differs at one carrier, as one sentence of a mail. Pure; what servers said is hostile text, made plain by the speaker. */
import type { Difference } from "../wire/event.ts";
import { isOver } from "./mail-sentences.ts";
import type { MailPayload } from "./message.ts";
import type { Speaker } from "./speaker.ts";

/** One sentence for each carrier whose users are answered otherwise; none where it is over. */
export function alterations(payload: MailPayload, speaker: Speaker): string[] {
  if (isOver(payload)) return [];
  return payload.carriers.flatMap(({ altered, name }) =>
    altered ? [alteredText(altered, name[speaker.language], speaker)] : [],
  );
}

/** Altered at 联通: certificate X instead of Y. */
export function alteredText(differs: readonly Difference[], carrier: string, speaker: Speaker): string {
  const what = differs.map((one) => differenceText(one, speaker)).join(speaker.say("where.join"));
  return speaker.say("altered.at", { carrier, what });
}

function differenceText({ what, here, elsewhere }: Difference, { say, word, f }: Speaker): string {
  switch (what) {
    case "reset":
      return say("altered.reset", { here: word(`cause.${here}`) });
    case "age":
      return say("altered.age", { here: f.duration(Number(here)) });
    case "length":
      return say("altered.length", { here: f.count(Number(here)), elsewhere: f.count(Number(elsewhere)) });
    case "answers":
    case "certificate":
    case "via":
    case "redirect":
    case "status":
    case "portal":
      return say(`altered.${what}`, { here, elsewhere });
  }
}
