/** Asks a person at the terminal, on stderr, so that stdout stays what the verb prints. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { CarrierwatchError } from "../wire/errors.ts";

/**
 * @param unseen What is typed is not echoed.
 * @returns The line, without its end.
 * @throws CarrierwatchError code usage when Ctrl-C or Ctrl-D was the answer
 */
export async function ask(prompt: string, { unseen = false } = {}): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (unseen) process.stderr.write(prompt);
  const line = createInterface({
    input: process.stdin,
    output: unseen ? nowhere : process.stderr,
    terminal: true,
  });
  let answered = false;
  try {
    const answer = await line.question(unseen ? "" : prompt);
    answered = true;
    return answer;
  } catch (cause) {
    if (!(cause instanceof Error && cause.name === "AbortError")) throw cause;
    throw new CarrierwatchError("usage", "stopped at the question: nothing was done", { cause });
  } finally {
    line.close();
    if (unseen || !answered) process.stderr.write("\n");
  }
}
