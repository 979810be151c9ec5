/** What a person or a pipe gives on standard input: a token, a password, a definition. */
import { CarrierwatchError } from "../wire/errors.ts";
import type { Language } from "../wire/ids.ts";
import type { Text } from "../wire/said/text.ts";
import { ask } from "./ask.ts";

/** All of standard input. */
export async function readStdin(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

export type SecretKind = "password" | "new password" | "value";

const ASKED: Readonly<Record<SecretKind, Text>> = {
  password: { en: "password", zh: "密码" },
  "new password": { en: "new password", zh: "新密码" },
  value: { en: "value", zh: "值" },
};
const ONCE: Text = { en: ": ", zh: "（不显示）：" };
const AGAIN: Text = { en: " again: ", zh: "，再输入一次：" };

/**
 * A secret: typed twice and unseen on a terminal, else the first line of standard input.
 *
 * @throws CarrierwatchError code usage when nothing came, or the two differ.
 */
export async function readSecret(what: SecretKind, language: Language): Promise<string> {
  if (process.stdin.isTTY !== true) {
    const line = (await readStdin()).split(/\r?\n/, 1)[0] ?? "";
    if (line === "") throw new CarrierwatchError("usage", `no ${what} on standard input`);
    return line;
  }
  const asked = ASKED[what][language];
  const [first, second] = [
    await ask(asked + ONCE[language], { unseen: true }),
    await ask(asked + AGAIN[language], { unseen: true }),
  ];
  if (first !== second) throw new CarrierwatchError("usage", `the two were not the same ${what}`);
  return first;
}
