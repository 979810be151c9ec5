/** The words of `carrierwatch check`, in both languages; hostile text never comes from here. */
import type { Language } from "../../collector/wire/ids.ts";
import type { Metric } from "../../collector/wire/metric.ts";
import type { FailureCause, FailurePhase, FailureSource, State } from "../../collector/wire/sample.ts";
import { EN } from "./words-en.ts";
import { ZH } from "./words-zh.ts";

export type Words = {
  readonly metrics: Readonly<Record<Metric, string>>;
  readonly states: Readonly<Record<State, string>>;
  readonly phases: Readonly<Record<FailurePhase, string>>;
  readonly causes: Readonly<Record<FailureCause, string>>;
  readonly sources: Readonly<Record<FailureSource, string>>;
  readonly comma: string;
  readonly received: string;
  readonly decoded: string;
  readonly speed: string;
  readonly receiving: string;
  readonly redirects: (count: number, ms: string, url: string) => string;
  readonly certificate: (subject: string, issuer: string, days: number) => string;
  /** Issuers as they were sent, the leaf's first. */
  readonly chain: (issuers: readonly string[]) => string;
  readonly unverified: (problem: string | null) => string;
  /** The handshake but for the arithmetic of both sides. */
  readonly tlsNet: (ms: string) => string;
  readonly headers: (bytes: string) => string;
  readonly answers: (addresses: string, resolver: string | null) => string;
  readonly asked: (resolver: string) => string;
  readonly ping: (sent: number, received: number, range: string | null) => string;
  readonly records: (count: number, resolver: string | null) => string;
  readonly failed: (phase: string, cause: string, ms: string, source: string) => string;
  readonly disturbed: (ms: string) => string;
  readonly notMeasured: string;
  /** Why a vantage that was asked has no result. */
  readonly unanswered: Readonly<Record<"busy" | "no-answer" | "old", string>>;
  readonly measuring: string;
  readonly average: string;
};

export const WORDS: Readonly<Record<Language, Words>> = { en: EN, zh: ZH };
