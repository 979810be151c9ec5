/** The probe's measurer in a process of its own, as a subject; blocks go over IPC. */
import { fork } from "node:child_process";
import { answerOf } from "./child.ts";
import type { Reported, Shot, Subject } from "./subject.ts";

export type OursSetup = { readonly ca: string; readonly dns: string; readonly timeoutMs?: number };
export type OursAnswer = { readonly reported: Reported[]; readonly cpuMs: number };

export async function ours(setup: OursSetup): Promise<Subject> {
  const child = fork(new URL("./ours-process.ts", import.meta.url), [JSON.stringify(setup)]);
  await answerOf(child);
  let cpuMs: number | null = null;
  return {
    name: "carrierwatch",
    pid: child.pid ?? null,
    async run(shots: readonly Shot[]) {
      const answered = answerOf(child);
      child.send(shots);
      const answer = (await answered) as OursAnswer;
      cpuMs = answer.cpuMs;
      return answer.reported;
    },
    cpuMs: () => cpuMs,
    close: () => child.kill(),
  };
}
