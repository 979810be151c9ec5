/** A world with a notifier and a real SMTP server, for tests of what leaves the house. */
import { type Notifier, type NotifierOptions, notifierPart } from "../../../collector/alert/notifier.ts";
import { smtpDesk } from "../../../collector/alert/smtp-settings.ts";
import type { SmtpInput } from "../../../collector/wire/api-settings.ts";
import { type ReceivedMail, type SmtpTestServer, startSmtpServer } from "../../support/smtp-server.ts";
import { makeWorld, recipientDoc, type World, type WorldOptions } from "./world.ts";

export const PUBLIC_URL = "https://watch.example.com/cw";

/** Seals by turning the text around: enough to see that nothing is stored as it was typed. */
export const testSecrets = {
  seal: (plain: string, purpose: string) => `${purpose}:${[...plain].reverse().join("")}`,
  open: (sealed: string, purpose: string) => [...sealed.slice(purpose.length + 1)].reverse().join(""),
};

export type Mailroom = {
  readonly world: World;
  readonly smtp: SmtpTestServer;
  notifier(overrides?: Partial<NotifierOptions>): Notifier;
  /** Sends what is due now. */
  deliver(): Promise<void>;
  /** Mails received since the last call. */
  take(): readonly ReceivedMail[];
  subjects(): string[];
  close(): Promise<void>;
};

export async function makeMailroom(options: WorldOptions = {}): Promise<Mailroom> {
  const world = await makeWorld(options);
  const smtp = await startSmtpServer();
  const desk = smtpDesk({ store: world.store, secrets: testSecrets });
  await desk.write(settingsFor(smtp.port));
  const notifier = (overrides: Partial<NotifierOptions> = {}) =>
    notifierPart({
      store: world.store,
      secrets: testSecrets,
      clock: world.clock,
      log: world.log,
      publicUrl: () => PUBLIC_URL,
      ...overrides,
    });
  const main = notifier();
  let taken = 0;
  const take = () => {
    const fresh = smtp.mails.slice(taken);
    taken = smtp.mails.length;
    return fresh;
  };
  return {
    world,
    smtp,
    notifier,
    deliver: () => main.round(),
    take,
    subjects: () => take().map((received) => received.mail.subject ?? ""),
    close: () => smtp.stop(),
  };
}

export function settingsFor(port: number, change: Partial<SmtpInput> = {}): SmtpInput {
  return {
    host: "127.0.0.1",
    port,
    security: "none",
    username: "",
    fromAddress: "watch@example.com",
    fromName: "carrierwatch",
    ...change,
  };
}

export async function addRecipient(
  world: World,
  id: string,
  language: "zh" | "en",
  timeZone = "Asia/Shanghai",
) {
  await world.store.registry.put("recipient", id, 0, recipientDoc(id, id, language, timeZone));
}
