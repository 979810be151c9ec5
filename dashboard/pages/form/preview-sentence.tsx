/** One sentence on what will be measured and what traffic that makes. */
import type { TargetPreview } from "../../../collector/wire/api-overview.ts";
import type { Format } from "../../i18n/format.ts";
import { listOf } from "../../i18n/incident-text.ts";
import type { Translate } from "../../i18n/translate.ts";
import { carrierName, useApp } from "../state/app.ts";
import type { Draft } from "./draft.ts";
import { CONNECTING, HTTP, kindOf } from "./kinds.ts";
import { hintSentence } from "./sentences.ts";
import type { Offers } from "./target-form.tsx";

type PreviewSentenceProps = { preview: TargetPreview | null; offers: Offers; draft: Draft };

export function PreviewSentence({ preview, offers, draft }: PreviewSentenceProps) {
  const { t, f, language } = useApp();
  if (!preview?.ok)
    return (
      <p class="preview quiet">{t(draft.url.trim() === "" ? "form.previewEmpty" : "form.previewWrong")}</p>
    );
  if (preview.vantages.length === 0) return <p class="preview warn">{t("form.previewNobody")}</p>;
  const hint = preview.hint === null ? null : hintSentence(preview.hint, t);
  const place = (id: string) => offers.carriers.findIndex((one) => one.id === id);
  const carriers = [...preview.carriers].sort((a, b) => place(a) - place(b));
  const names = carriers.map((id) => carrierName(offers.carriers, id, language));
  return (
    <>
      <p class="preview" role="status">
        {t("form.preview", {
          carriers: listOf(names, { t }),
          vantages: preview.vantages.length,
          every: f.every(preview.stepS ?? 0),
          n: f.count(preview.measurementsPerDay ?? 0),
          traffic: severalText(draft, t) + trafficText(draft, preview.measurementsPerDay ?? 0, { t, f }),
        })}
      </p>
      {preview.space !== null && (
        <p class="hint space">
          {t("form.previewSpace", {
            one: f.bytes(preview.space.bytesPerSeries),
            n: preview.space.series,
            all: f.bytes(preview.space.bytes),
          })}
        </p>
      )}
      {hint !== null && (
        <p class="preview warn" role="status">
          {hint}
        </p>
      )}
    </>
  );
}

/** How many addresses one measurement reaches at most. */
function mostOf({ measure, max, url }: Draft): number {
  if (!CONNECTING.includes(kindOf(url)) || measure === "one") return 1;
  return measure === "families" ? 2 : Number(max);
}

/** Where one measurement is several: the count is of the rounds. */
function severalText(draft: Draft, t: Translate): string {
  const n = mostOf(draft);
  if (n === 1) return "";
  return draft.measure === "every" ? t("form.previewEvery", { n }) : t("form.previewFamilies");
}

/** Bodies make the traffic; kinds without one make next to none. */
function trafficText(draft: Draft, perDay: number, { t, f }: { t: Translate; f: Format }): string {
  if (draft.method === "HEAD" || !HTTP.includes(kindOf(draft.url))) return "";
  const times = perDay * mostOf(draft);
  const cap = Number(draft.bodyCapKb) * 1000;
  return t("form.previewTraffic", { n: f.count(times), bytes: f.bytes(cap * times) });
}
