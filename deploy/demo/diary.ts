/** What a demo remembers between starts, in DIR/demo.json: when it began, its ports, its login. 0600: it holds a password. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { storeFile } from "../../collector/store/engine.ts";
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
 * What an earlier start wrote, or a new diary, written at once: from then on the folder is a demo's.
 *
 * @throws ConfigError when it is not readable as one, and for a folder with a database that no demo made: simulated
 *   samples among measured ones could not be told apart.
 */
export async function openDiary(dir: string, nowMs: number): Promise<Diary> {
  const path = join(dir, "demo.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    if (existsSync(storeFile(dir))) {
      throw new ConfigError(`${dir} holds real measurements; a demo does not write among them`, {
        hint: "name another folder with --data",
      });
    }
    const startedS = Math.floor(nowMs / 1_000);
    const fresh: Diary = { startedS, loaded: false, ports: { https: 0, http: 0 }, login: null };
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await writeDiary(dir, fresh);
    return fresh;
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
