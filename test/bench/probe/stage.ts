/** What every case of the bench is given: the scene, the subjects, how much to measure. */
import type { Scene } from "./scene.ts";
import type { Subject } from "./subject.ts";

export type Plan = {
  /** The median of so many runs is told. */
  readonly runs: number;
  readonly idleRounds: number;
  /** Targets due together, and their step; their spread window is a fifth of it. */
  readonly targets: number;
  readonly stepS: number;
  /** So long a steady load lasts whose processor time is taken. */
  readonly costSeconds: number;
  /** So long it has lasted before: a probe has measured for weeks, its code is compiled. */
  readonly runInSeconds: number;
  /** Measurements that run into each kind of timeout. */
  readonly overruns: number;
  /** Measurements of each subject beside a busy machine. */
  readonly busy: number;
};

export const FULL: Plan = {
  runs: 5,
  idleRounds: 24,
  targets: 1_000,
  stepS: 60,
  costSeconds: 3,
  runInSeconds: 20,
  overruns: 100,
  busy: 60,
};

export const QUICK: Plan = {
  runs: 1,
  idleRounds: 8,
  targets: 300,
  stepS: 20,
  costSeconds: 1,
  runInSeconds: 1,
  overruns: 20,
  busy: 30,
};

export type Stage = {
  readonly plan: Plan;
  readonly scene: Scene;
  /** Ours first, then the peers that are here. */
  readonly subjects: readonly Subject[];
  readonly dir: string;
  nextId(): string;
  progress(text: string): void;
};
