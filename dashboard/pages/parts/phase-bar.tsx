/** The phases of one measurement as a bar: each as long as it took, the network's part of TLS darker, a failure red. */
import type { Failure } from "../../../collector/wire/sample.ts";
import { type PhaseTimes, phaseBars } from "../../charts/phase-bars.ts";
import { useApp } from "../state/app.ts";

type PhaseBarProps = {
  times: PhaseTimes;
  failure?: Failure | undefined;
  /** What the whole width stands for, us. */
  longestUs: number;
  /** null = not known, or of another hop. */
  tlsNetUs?: number | null;
};

export function PhaseBar({ times, failure, longestUs, tlsNetUs = null }: PhaseBarProps) {
  const { t, f } = useApp();
  const parts = phaseBars(times, failure, longestUs, tlsNetUs);
  const texts = parts.map(({ phase, us }) => {
    const name = phase === "failed" ? t("short.down") : t(`phase.${phase}`);
    if (us === 0) return name;
    const said = `${name} ${f.ms(us / 1000)}`;
    return phase === "tls" && tlsNetUs !== null
      ? `${said} (${t("detail.tlsNet", { value: f.ms(tlsNetUs / 1000) })})`
      : said;
  });
  const label = texts.join(", ");
  return (
    <svg viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" aria-label={label}>
      <title>{label}</title>
      {parts.map((part) => (
        <g key={part.phase}>
          <rect class={`p-${part.phase}`} x={part.x} width={part.width} height="12" />
          {part.net > 0 && <rect class="p-net" x={part.x} y="8" width={part.net} height="4" />}
        </g>
      ))}
    </svg>
  );
}
