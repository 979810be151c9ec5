/** A real SMTP server on loopback that keeps what it accepts, and can be told to misbehave. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerAddress } from "smtp-server";

export type ReceivedMail = {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly mail: Email;
};

/** An answer other than "250": status and words; at RCPT TO, or after the message. */
export type Refusal = { readonly status: number; readonly words: string };

export type SmtpTestServer = {
  readonly port: number;
  readonly mails: ReceivedMail[];
  /** Sessions that were opened, refused ones included. */
  connections: number;
  /** Asked at each RCPT TO; null accepts. */
  refuse: (address: string) => Refusal | null;
  /** Asked after each message was read; null accepts. A thrown error drops the connection. */
  refuseMessage: () => Refusal | null;
  /** Resolves with the n-th mail, counted from 1, when it is there. */
  received(n: number): Promise<ReceivedMail>;
  stop(): Promise<void>;
};

/**
 * @param options.auth The only pair that may sign in; absent = nobody has to.
 * @param options.secure TLS from the first byte, with smtp-server's own test certificate.
 * @param options.port A port to come back on; 0 by default.
 */
export async function startSmtpServer(
  options: {
    auth?: { user: string; pass: string };
    secure?: boolean;
    port?: number;
    starttls?: boolean;
  } = {},
): Promise<SmtpTestServer> {
  const { auth } = options;
  const waiting = new Set<() => void>();
  const server = new SMTPServer({
    secure: options.secure ?? false,
    disabledCommands: [...(auth ? [] : ["AUTH"]), ...(options.starttls ? [] : ["STARTTLS"])],
    allowInsecureAuth: true,
    authOptional: auth === undefined,
    logger: false,
    disableReverseLookup: true,
    onConnect(_session, callback) {
      self.connections += 1;
      callback();
    },
    onAuth(given, _session, callback) {
      if (given.username === auth?.user && given.password === auth?.pass)
        callback(null, { user: given.username });
      else callback(withStatus({ status: 535, words: "Authentication credentials invalid" }));
    },
    onRcptTo(address: SMTPServerAddress, _session, callback) {
      const refusal = self.refuse(address.address);
      callback(refusal ? withStatus(refusal) : null);
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const refusal = self.refuseMessage();
        if (refusal) return callback(withStatus(refusal));
        const raw = Buffer.concat(chunks);
        const { mailFrom, rcptTo } = session.envelope;
        self.mails.push({
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map((entry) => entry.address),
          raw: raw.toString("utf8"),
          mail: await PostalMime.parse(raw),
        });
        callback(null, "queued");
        for (const look of [...waiting]) look();
      });
    },
  });
  server.on("error", () => {});
  const self: SmtpTestServer = {
    port: 0,
    mails: [],
    connections: 0,
    refuse: () => null,
    refuseMessage: () => null,
    received: (n) =>
      new Promise((resolve) => {
        const look = () => {
          const mail = self.mails[n - 1];
          if (!mail) return;
          waiting.delete(look);
          resolve(mail);
        };
        waiting.add(look);
        look();
      }),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server.server, "listening");
  return Object.assign(self, { port: (server.server.address() as AddressInfo).port });
}

function withStatus(refusal: Refusal): Error & { responseCode: number } {
  return Object.assign(new Error(refusal.words), { responseCode: refusal.status });
}
