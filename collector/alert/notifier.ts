/**
 * The notifier: the outbox, emptied by mail, through restarts and hours without a mail server.
 *
 * A message is leased, sent, settled; a crash in between leaves its lease to run out, and the same message goes out
 * once more under the same Message-ID. Nothing here judges anything; what is said was decided with the transition.
 */
import type { LiveBus } from "../ingest/live.ts";
import type { Store } from "../store/store.ts";
import type { SmtpInput, SmtpTestAnswer } from "../wire/api-settings.ts";
import type { Clock } from "../wire/clock.ts";
import type { Language } from "../wire/ids.ts";
import type { Log } from "../wire/log.ts";
import { type Deliverer, deliverBatch, LEASE_MS } from "./deliver.ts";
import { testMail } from "./mail.ts";
import { recipientsPart } from "./recipients.ts";
import { type Sealer, type SmtpSettings, smtpDesk } from "./smtp-settings.ts";
import { failureSentence } from "./smtp-words.ts";
import { sendMail } from "./transport.ts";

const ROUND_MS = 5_000;
const KICK_MS = 100;
const BATCH = 500;

export type NotifierOptions = {
  readonly store: Store;
  readonly secrets: Sealer;
  readonly clock: Clock;
  readonly log: Log;
  /** Where pages are reached, base path included, no slash at the end. */
  readonly publicUrl: () => string;
  /** Makes a mail leave as soon as an incident is announced; without it within ROUND_MS. */
  readonly live?: LiveBus;
};

export type Notifier = {
  start(): void;
  /** Resolves when no mail is under way any more. */
  stop(): Promise<void>;
  /** One round now, after the one that may be running: sends what is due. */
  round(): Promise<void>;
  /**
   * Sends one test mail at once, past the outbox.
   *
   * @param smtp Settings not saved yet; absent = the stored ones. Without a password the stored one is used.
   * @returns The server's own words, behind a sentence that says what to do when it failed.
   */
  test(to: string, smtp?: SmtpInput, language?: Language): Promise<SmtpTestAnswer>;
};

/** The notifier over one store. */
export function notifierPart(options: NotifierOptions): Notifier {
  const { store, clock, log, publicUrl } = options;
  const desk = smtpDesk(options);
  const parts: Deliverer = {
    store,
    recipients: recipientsPart(store),
    clock,
    log,
    publicUrl,
    send: sendMail,
    sent: new Map(),
  };
  let stopped = true;
  let running: Promise<void> = Promise.resolve();
  let cancel = () => {};
  let unsubscribe = () => {};

  const send = async () => {
    try {
      const settings = await desk.read();
      if (!settings) return;
      const batch = await store.outbox.lease(clock.nowMs(), LEASE_MS, BATCH);
      if (batch.length > 0) await deliverBatch(parts, settings, batch);
    } catch (error) {
      log.error({ err: error }, "a round of the notifier failed; it comes again");
    }
  };
  const round = () => {
    running = running.then(send);
    return running;
  };
  const plan = (ms: number) => {
    cancel();
    if (!stopped) cancel = clock.after(ms, () => void round().then(() => plan(ROUND_MS)));
  };
  return {
    start() {
      if (!stopped) return;
      stopped = false;
      unsubscribe =
        options.live?.subscribe((event) => event.type === "incident" && plan(KICK_MS), {
          lateSamples: false,
        }) ?? (() => {});
      plan(0);
    },
    async stop() {
      stopped = true;
      cancel();
      unsubscribe();
      await running;
    },
    round,
    async test(to, smtp, language = "zh") {
      const settings = smtp ? await desk.complete(smtp) : await desk.read();
      if (!settings) return notConfigured(language);
      return await tryOut(settings, to, language, publicUrl());
    },
  };
}

async function tryOut(
  settings: SmtpSettings,
  address: string,
  language: Language,
  publicUrl: string,
): Promise<SmtpTestAnswer> {
  const id = `test-${crypto.randomUUID()}`;
  const mail = testMail({ language, timeZone: "UTC" }, publicUrl);
  const delivery = await sendMail(settings, { to: { name: "", address }, mail, id, thread: null });
  if (delivery.kind === "sent") return { ok: true, message: delivery.answer };
  return { ok: false, message: failureSentence(delivery.failure, settings, language) };
}

function notConfigured(language: Language): SmtpTestAnswer {
  const message = language === "zh" ? "还没有设置发信服务器" : "no mail server is set yet";
  return { ok: false, message };
}
