/** The process behind scene.ts: servers that hold every step. Says its authority first, then its CPU when asked. */
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { dnsServer, type Zone } from "../../support/dns-server.ts";
import { testCa } from "../../support/test-ca.ts";
import { BODY_BYTES, BODY_MS, DNS_MS, HEAD_MS, HELLO_MS, PORTS } from "./scene.ts";

const PARTS = 10;
const part = Buffer.alloc(BODY_BYTES / PARTS, 120);

/** Never early: what must be held is held at least. */
const handler: http.RequestListener = (_request, response) => {
  setTimeout(() => {
    response.writeHead(200, { "content-length": BODY_BYTES });
    response.write(part);
    const headMs = performance.now();
    let sent = 1;
    const next = () => {
      sent += 1;
      if (sent === PARTS) response.end(part);
      else {
        response.write(part);
        later();
      }
    };
    const later = () => {
      const dueMs = headMs + (BODY_MS * sent) / (PARTS - 1);
      setTimeout(next, Math.max(1, dueMs - performance.now()));
    };
    later();
  }, HEAD_MS);
};

const zone: Zone = { a: ["127.0.0.1"], delayMs: DNS_MS };
const dead: Zone = { fault: "silent" };

if (process.send) {
  const plain = http.createServer(handler);
  const secure = https.createServer({ ...testCa().leaf({ names: ["*.timed.test"] }) }, handler);
  const listeners = secure.listeners("connection");
  secure.removeAllListeners("connection");
  secure.on("connection", (socket: Socket) => {
    setTimeout(() => {
      for (const listener of listeners) Reflect.apply(listener, secure, [socket]);
    }, HELLO_MS);
  });
  for (const [server, port] of [
    [plain, PORTS.http],
    [secure, PORTS.https],
  ] as const) {
    server.on("connection", (socket: Socket) => {
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
    });
    server.listen({ port, host: "127.0.0.1", backlog: 4096 });
    await once(server, "listening");
  }
  const dns = await dnsServer({}, PORTS.dns);
  dns.zones = new Proxy(
    {},
    {
      get: (_zones, name) =>
        /^.*\.dead\d\.test$/.test(String(name))
          ? dead
          : /\.timed\.test$/.test(String(name))
            ? zone
            : undefined,
    },
  );
  // A bench asks hundreds of thousands of questions; nobody looks at them here.
  setInterval(() => dns.questions.splice(0), 1_000);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1000);
  });
  process.send(testCa().cert);
}
