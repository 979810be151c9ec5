/** API shapes: set-up, sessions, users, API tokens. Passwords come in, never go out. */
import * as z from "zod";
import { DisplayName, Id, Language, Millis, Seconds, TimeZone } from "./ids.ts";

export const Password = z.string().min(10, "at least 10 characters").max(256, "at most 256 characters");
export const Username = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[\p{L}\p{N}._@+-]+$/u, "letters, digits and . _ @ + -");

export const User = z
  .strictObject({
    id: Id,
    username: Username,
    language: Language,
    timeZone: TimeZone,
    createdS: Seconds,
    version: z.int(),
  })
  .meta({ id: "User" });
export type User = z.infer<typeof User>;

/** First run: the one-time token from the console, an account, and where this machine stands. */
export const SetupInput = z.strictObject({
  token: z.string().max(128),
  username: Username.default("admin"),
  password: Password,
  language: Language,
  timeZone: TimeZone,
  /** Carrier of the vantage that runs beside the collector; `local` is neutral. */
  carrier: Id.default("local"),
  /** For a carrier of the user's own: its name. */
  carrierName: DisplayName.optional(),
  vantageName: DisplayName.optional(),
});
export type SetupInput = z.infer<typeof SetupInput>;

export const LoginInput = z.strictObject({ username: Username, password: z.string().max(256) });
export type LoginInput = z.infer<typeof LoginInput>;

/** Who is asking, and what the pages must know before anything else. `csrf` goes back in the header x-csrf-token. */
export const SessionView = z
  .strictObject({
    user: User.nullable(),
    setupNeeded: z.boolean(),
    csrf: z.string().nullable(),
    version: z.string(),
    /** Clearly labelled on every page: the carriers are simulated. */
    demo: z.boolean(),
    publicUrl: z.string(),
  })
  .meta({ id: "SessionView" });
export type SessionView = z.infer<typeof SessionView>;

export const UserInput = z.strictObject({
  username: Username,
  password: Password,
  language: Language,
  timeZone: TimeZone,
});
export type UserInput = z.infer<typeof UserInput>;

/** A change to a user: absent = as it is. A new password ends every session of the user but the caller's. */
export const UserPatch = z.strictObject({
  password: Password.optional(),
  currentPassword: z.string().max(256).optional(),
  language: Language.optional(),
  timeZone: TimeZone.optional(),
});
export type UserPatch = z.infer<typeof UserPatch>;

export const TokenInput = z.strictObject({
  name: DisplayName,
  scope: z.enum(["read", "write"]).default("read"),
});
export const TokenView = z
  .strictObject({
    id: Id,
    name: z.string(),
    scope: z.enum(["read", "write"]),
    createdS: Seconds,
    lastUsedMs: Millis.nullable(),
  })
  .meta({ id: "TokenView" });
export type TokenView = z.infer<typeof TokenView>;
/** Shown once. */
export const TokenCreated = TokenView.extend({ token: z.string() });
export type TokenCreated = z.infer<typeof TokenCreated>;
