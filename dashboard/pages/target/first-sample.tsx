/** The first measurement of a new target, phase by phase as it happens, at every vantage. */
import { useState } from "preact/hooks";
import type { SampleView, TargetView } from "../../../collector/wire/api-overview.ts";
import type { ProgressEvent } from "../../api/live.ts";
import { shapeOf } from "../../charts/target-kind.ts";
import { Link } from "../parts/link.tsx";
import { useApp } from "../state/app.ts";
import { useLive } from "../state/resource.ts";
import { PhaseLane } from "./phase-lane.tsx";

type FirstSampleProps = {
  view: TargetView;
  names: ReadonlyMap<string, string>;
  arrived: readonly SampleView[];
};

export function FirstSample({ view, names, arrived }: FirstSampleProps) {
  const { t, live } = useApp();
  const { target } = view.row;
  const [, redraw] = useState(0);
  useLive((news) => {
    if (news.type === "progress" && news.progress.target === target.id) redraw((n) => n + 1);
  });
  const samples = new Map([...view.latest, ...arrived].map((one) => [one.vantage, one]));
  const progress = live?.progressOf(target.id) ?? new Map<string, ProgressEvent>();
  const carrierOf = (vantage: string) =>
    samples.get(vantage)?.carrier ?? progress.get(vantage)?.carrier ?? "";
  const place = (vantage: string) => view.carriers.findIndex(({ id }) => id === carrierOf(vantage));
  const vantages = [...new Set([...samples.keys(), ...progress.keys()])].sort(
    (a, b) => place(a) - place(b) || a.localeCompare(b),
  );
  const nobody = view.row.cells.every((cell) => cell.state === "none");
  const done = vantages.length > 0 && vantages.every((vantage) => samples.has(vantage));
  return (
    <section class="panel first" aria-live="polite">
      <div>
        <h2>{t(done ? "target.first.done" : "target.first.title")}</h2>
        {!done && <p class="sub">{t(nobody ? "target.first.nobody" : "target.first.text")}</p>}
      </div>
      {nobody && (
        <Link to="/vantages" class="link">
          {t("vantages.add")}
        </Link>
      )}
      {!nobody && vantages.length === 0 && <p class="watch">{t("target.first.waiting")}</p>}
      {vantages.map((vantage) => (
        <PhaseLane
          key={vantage}
          carriers={view.carriers}
          carrier={carrierOf(vantage)}
          name={names.get(vantage) ?? vantage}
          result={samples.get(vantage)?.sample}
          done={progress.get(vantage)?.progress.done}
          phases={shapeOf(target.url).phases}
        />
      ))}
    </section>
  );
}
