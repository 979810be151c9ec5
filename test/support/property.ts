/**
 * fast-check for the whole suite: the same drawings in every run, so that a red run means the change made it red.
 *
 * New drawings are for `npm run test:fault` and every other run with --full, which prints the seed of what it finds.
 */
import fc from "fast-check";

const SEED = 20_261_121;

if (process.env["CARRIERWATCH_FULL"] !== "1") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });

export { fc };
