/**
 * What is measured against the truth: something that makes measurements and reports times. Ours, and its peers.
 *
 * A peer that is not on this machine is null, with the line that installs it.
 */
import type { Times } from "./truth.ts";
import { NO_TIMES } from "./truth.ts";

export type Shot = {
  readonly id: string;
  readonly url: string;
  /** When it starts after the block began, ms; a block's shots are in this order. */
  readonly startMs: number;
};

export type Reported = {
  readonly id: string;
  readonly ok: boolean;
  readonly times: Times;
  /** From the call to its end, ms, where the subject says it. */
  readonly tookMs?: number;
  /** Its start mark on the wall clock, ms with fractions, where that is known. */
  readonly startMs?: number;
  /** The subject itself says that it was disturbed: the probe would not archive it. */
  readonly suspect?: boolean;
};

export type Subject = {
  readonly name: string;
  /** Makes all measurements of a block; answers when the last has ended. */
  run(shots: readonly Shot[]): Promise<Reported[]>;
  /** Processor time the last block took, ms; null = cannot be told. */
  cpuMs(): number | null;
  /** Process whose memory counts; null = there is none between measurements. */
  readonly pid: number | null;
  close(): void;
};

export type Peer = { readonly subject: Subject } | { readonly missing: string };

/** Curl's cumulative times, in ms, as phases. An appconnect of 0 means no TLS. */
export function fromCurl(at: Record<"dns" | "connect" | "app" | "pre" | "first" | "total", number>): Times {
  return {
    ...NO_TIMES,
    dns: at.dns,
    connect: at.connect - at.dns,
    tls: at.app > 0 ? at.app - at.connect : null,
    wait: at.first - at.pre,
    transfer: at.total - at.first,
    total: at.total,
  };
}

/** @param seconds As Prometheus and curl have them. */
export function ms(seconds: number | undefined): number | null {
  return seconds === undefined ? null : seconds * 1000;
}
