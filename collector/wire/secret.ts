/**
 * A named secret: a password, token or private key that targets use without saying it.
 *
 * Its value goes in and comes out at a probe that needs it, nowhere else: no answer, log or export holds it.
 */
import * as z from "zod";
import { Id, Seconds } from "./ids.ts";
import { SecretName } from "./request.ts";

/** As it is sent: nothing is trimmed. */
export const SecretValue = z.string().min(1, "the value is empty").max(8192, "at most 8192 characters");

export const SecretInput = z.strictObject({ name: SecretName, value: SecretValue });
export type SecretInput = z.infer<typeof SecretInput>;

export const SecretView = z
  .strictObject({
    name: SecretName,
    createdS: Seconds,
    /** When its value was last given. */
    changedS: Seconds,
    /** Whether the value opens with this collector's key file; false: give it again. */
    readable: z.boolean(),
    /** Targets that name it. */
    targets: z.array(Id),
  })
  .meta({ id: "SecretView" });
export type SecretView = z.infer<typeof SecretView>;
