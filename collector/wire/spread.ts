/**
 * When within a step a target is measured: a stable hash of the target, never of the vantage,
 * so that every carrier measures a target in the same second and a thousand targets do not start in one.
 */

/** The window, in ms, over which starts are spread: min(step / 5, 60 s). */
export function spreadWindowMs(stepS: number): number {
  return Math.min(stepS * 200, 60_000);
}

/** The part of the window that is drawn from, in ms: in the last twentieth start those that had to wait for their turn. */
export function drawnMs(stepS: number): number {
  return (spreadWindowMs(stepS) * 19) / 20;
}

/**
 * The delay of a target's start after tick + phaseS.
 *
 * @returns Whole milliseconds, 0 <= ms < drawnMs(stepS); the same for ever for one id and step.
 * @see FNV-1a, 32 bit
 */
export function spreadMsOf(targetId: string, stepS: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < targetId.length; i += 1)
    hash = Math.imul(hash ^ targetId.charCodeAt(i), 0x01000193) >>> 0;
  // FNV leaves the last character in the low bits: fold, or ids that differ at the end start together.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b) >>> 0;
  return ((hash ^ (hash >>> 15)) >>> 0) % drawnMs(stepS);
}
