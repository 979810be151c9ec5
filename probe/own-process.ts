/**
 * What a process that measures asks of the machine: little memory, and to go first at the processor.
 *
 * What it does is little, and its times are worth as much as it is prompt. The bench measures a process set up like this.
 */
import { getPriority, setPriority } from "node:os";
import { setFlagsFromString } from "node:v8";

/** A quarter of the way to the top: before everything ordinary, behind what the system itself puts first. */
const NICE = -5;

/** At the start, before anything is measured. */
export function beSmallAndPrompt(): void {
  // A probe shares small machines: V8 takes a third less memory so, and what it collects it collects in shorter pauses.
  setFlagsFromString("--optimize-for-size");
  goFirst();
}

/**
 * Only where the system allows it (root, or CAP_SYS_NICE) and nobody has chosen a priority. Linux: of the calling thread.
 *
 * @returns Whether the process now goes first. Never throws.
 */
export function goFirst(): boolean {
  try {
    if (getPriority() !== 0) return false;
    setPriority(NICE);
    return true;
  } catch {
    return false;
  }
}
