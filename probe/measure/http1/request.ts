/** What is asked becomes the bytes of one HTTP/1.1 request, head and body in one piece. Pure. */
import type { Ask } from "../ask.ts";

/** The request as it goes out; the connection is used once. */
export function requestBytes(ask: Ask): Buffer {
  const lines = [`${ask.method} ${ask.path} HTTP/1.1`, `host: ${ask.host}`, "connection: close"];
  for (const [name, value] of ask.headers) lines.push(`${name}: ${value}`);
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  return ask.body === null || ask.body.length === 0 ? head : Buffer.concat([head, ask.body]);
}
