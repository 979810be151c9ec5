/** What a demo remembers between starts, in DIR/demo.json: when it began, its ports, its login. 0600: it holds a password. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { ConfigError } from "../../collector/wire/errors.ts";

export const Diary = z.strictObject({
  startedS: z.int(),
  /** Whether the whole history was handed to the store. */
  loaded: z.boolean(),
  ports: z.strictObject({ https: z.int(), http: z.int() }),
  login: z.strictObject({ username: z.string(), password: z.string() }).nullable(),
});
export type Diary = z.infer<typeof Diary>;

/**
 * @returns null when there is none: the demo starts for the first time.
 * @throws ConfigError when it is not readable as one.
 */
export async function readDiary(dir: string): Promise<Diary | null> {
  const path = join(dir, "demo.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return null;
  }
  try {
    return Diary.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigError(`${path} is not what a demo writes`, {
      cause,
      hint: `start over: remove the folder ${dir}, or name another with --data`,
    });
  }
}

/** Writes it whole or not at all. */
export async function writeDiary(dir: string, diary: Diary): Promise<void> {
  const path = join(dir, "demo.json");
  await writeFile(`${path}.new`, `${JSON.stringify(diary, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
