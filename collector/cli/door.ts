/**
 * Which collector a verb speaks to: the one at --url, the one that runs on --data, or the store there when none runs.
 *
 * A token comes from a file, from stdin or from the environment, never from the command line, where others can read it.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readRunFile } from "../api/run-file.ts";
import { CarrierwatchError, ConfigError } from "../wire/errors.ts";
import { fileTrouble } from "../wire/file-trouble.ts";
import type { Log } from "../wire/log.ts";
import { type Client, httpClient } from "./client.ts";
import { readStdin } from "./stdin.ts";

/** What a verb has around it. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
};

export type DoorFlags = { readonly data?: string; readonly url?: string; readonly tokenFile?: string };

/**
 * Opens the way to the collector.
 *
 * @throws CarrierwatchError code usage; ConfigError for a missing token, file or data folder; UnavailableError.
 */
export async function openDoor(flags: DoorFlags, around: Surroundings): Promise<Client> {
  if (flags.url !== undefined && flags.data !== undefined) {
    throw new CarrierwatchError("usage", "give --url or --data, not both");
  }
  if (flags.url !== undefined) return httpClient(baseUrl(flags.url), await tokenOf(flags, around.env));
  const dir = dataFolder(flags, around.env);
  const run = await readRunFile(dir);
  if (run) {
    const client = httpClient(run.url, run.token, true);
    if (await answers(client)) return client;
    await client.close();
  }
  // Loaded only now: a verb that finds a running collector needs no store, and starts in half the time.
  const { closedClient } = await import("./closed-store.ts");
  return await closedClient(dir, around.log);
}

/** Whether somebody listens: after a kill -9 the file stays, and its process id may be another program's by now. */
async function answers(client: Client): Promise<boolean> {
  try {
    await client.call("GET", "/session");
    return true;
  } catch (error) {
    return !(error instanceof CarrierwatchError && error.code === "unreachable");
  }
}

/** The data folder of this machine that a verb means, absolute. */
export function dataFolder(flags: DoorFlags, env: Surroundings["env"]): string {
  return resolve(flags.data ?? env["CARRIERWATCH_DATA"] ?? "data");
}

function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new CarrierwatchError("usage", `--url ${JSON.stringify(text)} is no http or https address`, {
      hint: "for example --url https://watch.example.com",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new CarrierwatchError("usage", "--url contains a password", { hint: "use --token-file" });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

async function tokenOf(flags: DoorFlags, env: Surroundings["env"]): Promise<string> {
  const text = flags.tokenFile === undefined ? env["CARRIERWATCH_TOKEN"] : await tokenText(flags.tokenFile);
  const token = text?.trim() ?? "";
  if (/^[\w.~+/-]{1,256}$/.test(token)) return token;
  throw new ConfigError(token === "" ? "--url needs an API token" : "the API token given is not one", {
    hint: "put it in a file and name it with --token-file (- is stdin), or in CARRIERWATCH_TOKEN",
  });
}

async function tokenText(file: string): Promise<string> {
  if (file === "-") return await readStdin();
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new ConfigError(`the token file ${file} cannot be read: ${fileTrouble(cause)}`, { cause });
  }
}
