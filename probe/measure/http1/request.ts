/** What is asked becomes the bytes of one HTTP/1.1 request, head and body in one piece. Pure. */
import type { Ask } from "../ask.ts";

/** The request as it goes out; the connection is used once. */
export function requestBytes(ask: Ask): Buffer {
  let text = `${ask.method} ${ask.path} HTTP/1.1\r\nhost: ${ask.host}\r\nconnection: close\r\n`;
  for (const [name, value] of ask.headers) text += `${name}: ${value}\r\n`;
  const head = Buffer.from(`${text}\r\n`, "latin1");
  return ask.body === null || ask.body.length === 0 ? head : Buffer.concat([head, ask.body]);
}
