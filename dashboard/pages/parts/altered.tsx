/** What differs in a carrier's answer from the others', side by side. The values are hostile text. */
import type { Difference } from "../../../collector/wire/event.ts";
import { differenceText } from "../../i18n/event-text.ts";
import { useApp } from "../state/app.ts";

export function AlteredTable({ differs }: { differs: readonly Difference[] }) {
  const { t, f } = useApp();
  return (
    <div class="scroll-x">
      <table class="legend differs">
        <thead>
          <tr>
            <th scope="col">
              <span class="sr">{t("event.title")}</span>
            </th>
            <th scope="col">{t("altered.here")}</th>
            <th scope="col">{t("altered.elsewhere")}</th>
          </tr>
        </thead>
        <tbody>
          {differs.map(({ what, here, elsewhere }) => (
            <tr key={what}>
              <th scope="row">{t(`altered.${what}`)}</th>
              <td class="mono warn-text">{differenceText(what, here, f)}</td>
              <td class="mono">{differenceText(what, elsewhere, f)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
