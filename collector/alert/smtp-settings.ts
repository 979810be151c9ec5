/**
 * Where mail goes out, as a registry document: kind "setting", id "smtp". The password is sealed, and opened only to
 * make a connection; it is never read back by anybody.
 */
import * as z from "zod";
import type { Store } from "../store/store.ts";
import { SmtpInput, type SmtpView } from "../wire/api-settings.ts";

/** The part of `auth`'s secrets that mail needs. */
export type Sealer = {
  seal(plain: string, purpose: string): string;
  open(sealed: string, purpose: string): string;
};

/** What a connection is made with. `password` null = the server wants none. */
export type SmtpSettings = Omit<SmtpInput, "password"> & { readonly password: string | null };

const ID = "smtp";
const PURPOSE = "smtp-password";
const Stored = SmtpInput.omit({ password: true }).extend({ sealed: z.string().nullable() });

export type SmtpDesk = {
  /** null = not configured. @throws ConfigError when the password was sealed with another key file. */
  read(): Promise<SmtpSettings | null>;
  /** Without a password the stored one stays; without a username there is none. */
  write(input: SmtpInput): Promise<void>;
  /** Input of the test button as settings: a missing password is the stored one. */
  complete(input: SmtpInput): Promise<SmtpSettings>;
  view(): Promise<SmtpView>;
};

/** The settings of one store. */
export function smtpDesk(options: { store: Pick<Store, "registry" | "outbox">; secrets: Sealer }): SmtpDesk {
  const { store, secrets } = options;
  const stored = async () => {
    const doc = await store.registry.get("setting", ID);
    return doc ? (Stored.safeParse(doc.value).data ?? null) : null;
  };
  const sealedFor = async (input: SmtpInput): Promise<string | null> => {
    if (input.username === "") return null;
    if (input.password !== undefined && input.password !== "") return secrets.seal(input.password, PURPOSE);
    return (await stored())?.sealed ?? null;
  };
  const opened = (sealed: string | null) => (sealed === null ? null : secrets.open(sealed, PURPOSE));
  return {
    async read() {
      const found = await stored();
      if (!found) return null;
      const { sealed, ...settings } = found;
      return { ...settings, password: opened(sealed) };
    },
    async write(input) {
      const { password: _, ...settings } = input;
      const sealed = await sealedFor(input);
      await store.registry.put("setting", ID, null, { ...settings, sealed });
    },
    async complete(input) {
      const { password: _, ...settings } = input;
      return { ...settings, password: opened(await sealedFor(input)) };
    },
    async view() {
      const [found, outbox] = await Promise.all([stored(), store.outbox.summary()]);
      if (!found) return { configured: false, settings: null, outbox };
      const { sealed, ...settings } = found;
      return { configured: true, settings: { ...settings, hasPassword: sealed !== null }, outbox };
    },
  };
}
