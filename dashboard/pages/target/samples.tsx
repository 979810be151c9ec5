/** The newest measurements one by one; pressing one shows all that is known of it. */
import { useEffect, useState } from "preact/hooks";
import type { SamplesPage, SampleView } from "../../../collector/wire/api-overview.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { Shape } from "../../charts/target-kind.ts";
import { carrierColor } from "../../charts/theme.ts";
import { type Format, NOTHING } from "../../i18n/format.ts";
import { shortFailure } from "../../i18n/incident-text.ts";
import { Dot } from "../parts/fields.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { carrierName, useApp } from "../state/app.ts";
import { SampleDetail } from "./sample-detail.tsx";

const PAGE = 20;

type SamplesProps = {
  target: string;
  /** Of this address or family; null: the target's own. */
  address: string | null;
  shape: Shape;
  carriers: readonly Carrier[];
  names: ReadonlyMap<string, string>;
  arrived: readonly SampleView[];
};

export function Samples({ target, address, shape, carriers, names, arrived }: SamplesProps) {
  const { t } = useApp();
  const { samples, cursor, error, more } = useSamples(target, address);
  const [open, setOpen] = useState<string | null>(null);
  const known = new Set(samples.map(keyOf));
  const all = [...arrived.filter((one) => !known.has(keyOf(one))), ...samples];
  return (
    <section class="panel">
      <header class="pad-head">
        <h2>{t("target.samples")}</h2>
      </header>
      {error !== null && <ProblemBox error={error} retry={more} />}
      {all.length === 0 && <p class="empty small">{t("target.samples.none")}</p>}
      {all.length > 0 && (
        <div class="scroll-x">
          <table class="plain samples">
            <thead>
              <tr>
                <th scope="col">{t("target.col.time")}</th>
                <th scope="col">{t("target.col.vantage")}</th>
                <th scope="col">{t("target.col.result")}</th>
                <th scope="col" class="num">
                  {t("target.col.total")}
                </th>
                {columnsOf(shape).map((column) => (
                  <th key={column} scope="col" class="num hide-phone">
                    {t(`target.col.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {all.map((one) => (
                <SampleRow
                  key={keyOf(one)}
                  sample={one}
                  shape={shape}
                  carriers={carriers}
                  names={names}
                  open={open === keyOf(one)}
                  onToggle={() => setOpen(open === keyOf(one) ? null : keyOf(one))}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {cursor !== null && (
        <div class="pad-foot">
          <button type="button" class="link" onClick={more}>
            {t("target.samples.more")}
          </button>
        </div>
      )}
    </section>
  );
}

function useSamples(target: string, address: string | null) {
  const { client } = useApp();
  const [samples, setSamples] = useState<readonly SampleView[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const load = (from: string | null) => {
    const of = address === null ? "" : `&address=${encodeURIComponent(address)}`;
    const query = from === null ? of : `${of}&cursor=${encodeURIComponent(from)}`;
    client.get<SamplesPage>(`/targets/${target}/samples?limit=${PAGE}${query}`).then(
      (page) => {
        setError(null);
        setSamples((old) => (from === null ? page.samples : [...old, ...page.samples]));
        setCursor(page.cursor);
      },
      (failed: unknown) => setError(failed),
    );
  };
  useEffect(() => load(null), [target, address]);
  return { samples, cursor, error, more: () => load(cursor) };
}

type SampleRowProps = {
  sample: SampleView;
  shape: Shape;
  carriers: readonly Carrier[];
  names: ReadonlyMap<string, string>;
  open: boolean;
  onToggle: () => void;
};

function SampleRow({ sample: view, shape, carriers, names, open, onToggle }: SampleRowProps) {
  const { f, language, theme } = useApp();
  const { sample } = view;
  const color = carriers.find((carrier) => carrier.id === view.carrier)?.color ?? "#7d5fb8";
  return (
    <>
      <tr class={open ? "one open" : "one"} onClick={onToggle}>
        <td>
          <button type="button" class="twist" aria-expanded={open}>
            {f.recent(sample.startedMs, Date.now(), sample.stepS)}
          </button>
        </td>
        <td class="place">
          <Dot color={carrierColor(color, theme.dark)} />
          {carrierName(carriers, view.carrier, language)}
          <span class="small hide-phone"> {names.get(view.vantage) ?? view.vantage}</span>
        </td>
        <td>
          <Result view={view} />
        </td>
        <td class="num">{f.ms(sample.timings.total === null ? null : sample.timings.total / 1000)}</td>
        {columnsOf(shape).map((column) => (
          <td key={column} class="num hide-phone">
            {columnText(column, view, f)}
          </td>
        ))}
      </tr>
      {open && (
        <tr>
          <td colSpan={7}>
            <SampleDetail view={view} carriers={carriers} />
          </td>
        </tr>
      )}
    </>
  );
}

type Column = "status" | "bytes" | "speed" | "loss" | "records" | "connect";

/** What stands beside the total, by kind. */
function columnsOf({ kind }: Shape): readonly Column[] {
  if (kind === "http") return ["status", "bytes", "speed"];
  if (kind === "ping") return ["connect", "loss"];
  return kind === "dns" ? ["records"] : [];
}

function columnText(column: Column, { sample: { detail, timings } }: SampleView, f: Format): string {
  switch (column) {
    case "status":
      return String(detail.status ?? NOTHING);
    case "bytes":
      return f.bytes(detail.bodyBytes ?? null);
    case "speed":
      return f.speed(timings.speed);
    case "connect":
      return f.ms(timings.connect === null ? null : timings.connect / 1000);
    case "loss":
      return detail.ping ? f.share(1 - detail.ping.received / detail.ping.sent) : NOTHING;
    case "records":
      return detail.records ? f.count(detail.records.length) : NOTHING;
  }
}

function Result({ view: { sample } }: { view: SampleView }) {
  const { t } = useApp();
  if (sample.failure)
    return <span class="chip down">{shortFailure(sample.failure, t, sample.detail.status)}</span>;
  return <span class={`chip ${sample.state === "up" ? "up" : "unknown"}`}>{t(`state.${sample.state}`)}</span>;
}

function keyOf({ vantage, sample }: SampleView): string {
  return `${vantage}/${sample.tick}/${sample.seq}`;
}
