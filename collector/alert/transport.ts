/**
 * One mail to one address over SMTP, and what became of it as data.
 *
 * Addresses go to nodemailer as objects and in an explicit envelope, never as text it would parse; files and URLs are
 * out of its reach. Whether a failure is worth another try is decided here.
 */
import { createTransport } from "nodemailer";
import type { Mail } from "./mail.ts";
import { plain } from "./plain.ts";
import type { SmtpSettings } from "./smtp-settings.ts";

export type Addressee = { readonly name: string; readonly address: string };

export type Dispatch = {
  readonly to: Addressee;
  readonly mail: Mail;
  /** Left part of the Message-ID; the same for every try. */
  readonly id: string;
  /** Left part of the id all mails of an incident refer to; null = none. */
  readonly thread: string | null;
};

/** dead: this recipient's server said no for good. retry: anything that may pass, wrong passwords included. */
export type Delivery =
  | { readonly kind: "sent"; readonly answer: string }
  | { readonly kind: "retry" | "dead"; readonly failure: SmtpFailure };

/** What went wrong: nodemailer's code, the stage, and the server's own words where it spoke. */
export type SmtpFailure = {
  readonly code: string;
  readonly command: string;
  /** SMTP status; null = the server said nothing. */
  readonly status: number | null;
  readonly words: string;
};

/** Nothing a server does keeps a mail longer than this. */
const DEADLINE_MS = 45_000;
const TIMEOUTS = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
  dnsTimeout: 10_000,
};

/** Sends one mail over a connection of its own; never throws. `deadlineMs`: when the connection is cut, whatever it does. */
export async function sendMail(
  settings: SmtpSettings,
  dispatch: Dispatch,
  deadlineMs = DEADLINE_MS,
): Promise<Delivery> {
  const transport = createTransport({
    host: settings.host,
    port: settings.port,
    secure: settings.security === "tls",
    requireTLS: settings.security === "starttls",
    ignoreTLS: settings.security === "none",
    ...(settings.username === "" ? {} : { auth: { user: settings.username, pass: settings.password ?? "" } }),
    ...TIMEOUTS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = settings.fromAddress.split("@").at(-1) ?? "localhost";
  const from = { name: plain(settings.fromName, 64), address: settings.fromAddress };
  const to = { name: plain(dispatch.to.name, 64), address: dispatch.to.address };
  const thread = dispatch.thread === null ? {} : { references: `<${dispatch.thread}@${domain}>` };
  try {
    const info = await transport.sendMail({
      from,
      to,
      envelope: { from: from.address, to: [to.address] },
      messageId: `<${dispatch.id}@${domain}>`,
      ...thread,
      subject: dispatch.mail.subject,
      text: dispatch.mail.text,
      html: dispatch.mail.html,
      headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
      disableFileAccess: true,
      disableUrlAccess: true,
      signal: AbortSignal.timeout(deadlineMs),
    });
    return { kind: "sent", answer: plain(info.response) };
  } catch (error) {
    const failure = failureOf(error);
    return { kind: isFinal(failure) ? "dead" : "retry", failure };
  } finally {
    transport.close();
  }
}

/** The recipient or the message was refused for good; refused senders and passwords are settings, which get mended. */
function isFinal({ code, command, status }: SmtpFailure): boolean {
  if (status === null || status < 500) return false;
  return code === "EMESSAGE" || (code === "EENVELOPE" && !command.startsWith("MAIL"));
}

function failureOf(error: unknown): SmtpFailure {
  const found = error instanceof Error ? error : new Error(String(error));
  const text = (key: string): string => {
    const value: unknown = Object.hasOwn(found, key) ? Reflect.get(found, key) : undefined;
    return typeof value === "string" ? value : "";
  };
  const status: unknown = Reflect.get(found, "responseCode");
  return {
    code: text("code") || "UNKNOWN",
    command: text("command"),
    status: typeof status === "number" ? status : null,
    words: plain(text("response") || found.message, 240),
  };
}
