/** One sentence on what will be measured and what traffic that makes. */
import type { TargetPreview } from "../../../collector/wire/api-overview.ts";
import { listOf } from "../../i18n/incident-text.ts";
import { carrierName, useApp } from "../state/app.ts";
import type { Draft } from "./draft.ts";
import type { Offers } from "./target-form.tsx";

type PreviewSentenceProps = { preview: TargetPreview | null; offers: Offers; draft: Draft };

export function PreviewSentence({ preview, offers, draft }: PreviewSentenceProps) {
  const { t, f, language } = useApp();
  if (!preview?.ok)
    return (
      <p class="preview quiet">{t(draft.url.trim() === "" ? "form.previewEmpty" : "form.previewWrong")}</p>
    );
  if (preview.vantages.length === 0) return <p class="preview warn">{t("form.previewNobody")}</p>;
  const names = preview.carriers.map((id) => carrierName(offers.carriers, id, language));
  const perDay = preview.measurementsPerDay ?? 0;
  const cap = Number(draft.bodyCapKb) * 1000;
  return (
    <p class="preview" role="status">
      {t("form.preview", {
        carriers: listOf(names, { t }),
        vantages: preview.vantages.length,
        every: f.every(preview.stepS ?? 0),
        n: f.count(perDay),
        traffic:
          draft.method === "HEAD"
            ? ""
            : t("form.previewTraffic", { n: f.count(perDay), bytes: f.bytes(cap * perDay) }),
      })}
    </p>
  );
}
