/**
 * A client of a data folder on which no collector runs: opens the store, answers through the same routes, closes it.
 *
 * Nothing listens, measures or mails; the routes are called in this process with the rights of this machine.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { buildServer } from "../api/server.ts";
import { accountsPart } from "../auth/accounts.ts";
import { secretsPart } from "../auth/secrets.ts";
import { vantageKeysPart } from "../auth/vantage-keys.ts";
import { backupPart } from "../backup.ts";
import { ingestPart } from "../ingest/ingest.ts";
import { liveBus } from "../ingest/live.ts";
import { queryPart } from "../query/query.ts";
import { registryPart } from "../registry/registry.ts";
import { openStore, storeFile } from "../store/engine.ts";
import type { Store } from "../store/store.ts";
import { systemClock } from "../wire/clock.ts";
import { ConfigError } from "../wire/errors.ts";
import type { Log } from "../wire/log.ts";
import { VERSION } from "../wire/version.ts";
import { type Client, read } from "./client.ts";

/**
 * @param dir Absolute data folder.
 * @throws ConfigError when nothing was ever kept there, UnavailableError when another process has it.
 */
export async function closedClient(dir: string, log: Log): Promise<Client> {
  await mustBeOurs(dir);
  const store = await openStore({ dir, log });
  try {
    const { app, token } = await routesOver(store, dir, log);
    return {
      running: false,
      async call(method, path, body) {
        const answer = await app.inject({
          method,
          url: `/api/v1${path}`,
          headers: { authorization: `Bearer ${token}` },
          ...(body === undefined ? {} : { payload: body as object }),
        });
        return read(answer.statusCode, answer.body, dir);
      },
      async close() {
        await app.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** @throws ConfigError when there is no database, or this user may not write it. */
async function mustBeOurs(dir: string): Promise<void> {
  try {
    await access(storeFile(dir), constants.R_OK | constants.W_OK);
    await access(dir, constants.W_OK);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && /^(?:ENOENT|ENOTDIR)$/.test(String(cause.code))) {
      throw new ConfigError(`there is no carrierwatch data in ${dir}`, {
        cause,
        hint: "name the folder with --data or CARRIERWATCH_DATA, a collector with --url, or begin with: carrierwatch start",
      });
    }
    throw new ConfigError(`the data folder ${dir} belongs to another user`, {
      cause,
      hint: "run the verb as the user who runs the collector, or use --url with an API token",
    });
  }
}

async function routesOver(store: Store, dir: string, log: Log) {
  const clock = systemClock();
  const live = liveBus();
  const secrets = secretsPart({ dir });
  const registry = registryPart({ store, clock, random: randomBytes, sealer: secrets });
  const accounts = accountsPart({ store, clock });
  const app = await buildServer({
    store,
    registry,
    accounts,
    live,
    clock,
    log,
    query: queryPart({ store, registry, clock }),
    ingest: ingestPart({ store, registry, live, clock, log }),
    vantageKeys: vantageKeysPart({ store, clock }),
    secrets,
    mail: { test: async () => ({ ok: false, message: "no collector runs, so nothing mails" }) },
    publicUrl: () => "http://127.0.0.1",
    version: VERSION,
    demo: false,
    http: { basePath: "", trustedProxies: [], tls: null },
    assets: { index: Buffer.alloc(0), files: new Map() },
    probeProgram: { bytes: Buffer.alloc(0), sha256: "" },
    storage: async () => {
      const { bavail, bsize } = await statfs(dir);
      return {
        diskFreeBytes: bavail * bsize,
        backups: await backupPart({ ops: store.ops, dir, clock, log }).list(),
      };
    },
  });
  return { app, token: accounts.localToken() };
}
