/** Handing a mail to a real SMTP server: what is sent, what is refused, and how long it may take. */
import assert from "node:assert/strict";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { test } from "node:test";
import { failureSentence } from "../../../collector/alert/smtp-words.ts";
import { type Dispatch, sendMail } from "../../../collector/alert/transport.ts";
import { startSmtpServer } from "../../support/smtp-server.ts";
import { settingsFor } from "./mailroom.ts";

const DISPATCH: Dispatch = {
  to: { name: "Kim", address: "kim@example.com" },
  mail: { subject: "s", text: "t", html: "<p>t</p>" },
  id: "one",
  thread: null,
};

/** A server that answers every connection with `speak`. */
async function scripted(speak: (socket: net.Socket) => void) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    speak(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test("a server that drips a greeting without end is left at the deadline, and its socket closed", async (t) => {
  const server = await scripted((socket) => {
    const timer = setInterval(() => socket.write("220-please wait\r\n"), 20);
    socket.on("close", () => clearInterval(timer));
  });
  t.after(server.close);
  const settings = { ...settingsFor(server.port), password: null };
  const delivery = await sendMail(settings, DISPATCH, 400);
  assert.ok(delivery.kind === "retry");
  assert.match(failureSentence(delivery.failure, settings, "zh"), /没有及时回答/);
  while (server.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("421 in the middle of a message is tried again", async (t) => {
  const server = await scripted((socket) => {
    socket.write("220 hello\r\n");
    socket.on("data", (data) => {
      const text = data.toString();
      if (text.startsWith("DATA")) socket.write("354 go\r\n");
      else if (/^(EHLO|MAIL|RCPT)/.test(text)) socket.write("250 ok\r\n");
      else socket.end("421 closing down\r\n");
    });
  });
  t.after(server.close);
  const delivery = await sendMail({ ...settingsFor(server.port), password: null }, DISPATCH, 5_000);
  assert.ok(delivery.kind === "retry");
  assert.equal(delivery.failure.status, 421);
});

test("a connection that breaks off is tried again", async (t) => {
  const server = await scripted((socket) => socket.destroy());
  t.after(server.close);
  const delivery = await sendMail({ ...settingsFor(server.port), password: null }, DISPATCH, 5_000);
  assert.equal(delivery.kind, "retry");
});

test("a refused sender is a setting to mend, not the end of the message", async (t) => {
  const server = await scripted((socket) => {
    socket.write("220 hello\r\n");
    socket.on("data", (data) => {
      socket.write(data.toString().startsWith("MAIL") ? "553 sender must be the mailbox\r\n" : "250 ok\r\n");
    });
  });
  t.after(server.close);
  const settings = { ...settingsFor(server.port), password: null };
  const delivery = await sendMail(settings, DISPATCH, 5_000);
  assert.ok(delivery.kind === "retry");
  assert.match(failureSentence(delivery.failure, settings, "zh"), /不接受发件人 watch@example\.com/);
});

test("an address cannot bring a second one along, and the envelope names one", async (t) => {
  const server = await startSmtpServer();
  t.after(() => server.stop());
  const settings = { ...settingsFor(server.port), password: null, fromName: "x\r\nBcc: evil@example.net" };
  const delivery = await sendMail(settings, {
    ...DISPATCH,
    to: { name: "a <b@c.d>, e", address: "kim@example.com" },
  });
  assert.equal(delivery.kind, "sent");
  assert.deepEqual(server.mails[0]?.to, ["kim@example.com"]);
  assert.equal(server.mails[0]?.mail.to?.length, 1);
  assert.equal(server.mails[0]?.mail.bcc, undefined);
});
