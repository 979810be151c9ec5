/**
 * Writes docs/openapi.json, the copy of GET /api/v1/openapi.json that readers find without a collector: `node deploy/openapi.ts`.
 *
 * A test compares the two, so a change of the API is seen in the commit that makes it.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildServer } from "../collector/api/server.ts";
import { accountsPart } from "../collector/auth/accounts.ts";
import { secretsPart } from "../collector/auth/secrets.ts";
import { vantageKeysPart } from "../collector/auth/vantage-keys.ts";
import { ingestPart } from "../collector/ingest/ingest.ts";
import { liveBus } from "../collector/ingest/live.ts";
import { queryPart } from "../collector/query/query.ts";
import { registryPart } from "../collector/registry/registry.ts";
import { memoryStore } from "../collector/store/memory/memory-store.ts";
import { systemClock } from "../collector/wire/clock.ts";
import { silentLog } from "../collector/wire/log.ts";
import { VERSION } from "../collector/wire/version.ts";

/** Where the copy lies. */
export const COPY = fileURLToPath(new URL("../docs/openapi.json", import.meta.url));

/** The document as this source makes it, as text. */
export async function openapiText(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-openapi-"));
  const [store, clock, live, log] = [memoryStore(), systemClock(), liveBus(), silentLog];
  const secrets = secretsPart({ dir });
  const registry = registryPart({ store, clock, random: randomBytes, sealer: secrets });
  const app = await buildServer({
    store,
    registry,
    live,
    clock,
    log,
    query: queryPart({ store, registry, clock }),
    ingest: ingestPart({ store, registry, live, clock, log }),
    accounts: accountsPart({ store, clock }),
    vantageKeys: vantageKeysPart({ store, clock }),
    secrets,
    mail: { test: async () => ({ ok: false, message: "" }) },
    publicUrl: () => "",
    http: { basePath: "", trustedProxies: [], tls: null },
    version: VERSION,
    demo: false,
    assets: { index: Buffer.alloc(0), files: new Map() },
    probeProgram: { bytes: Buffer.alloc(0), sha256: "" },
    storage: async () => ({ diskFreeBytes: 0, backups: [] }),
  });
  try {
    const answer = await app.inject("/api/v1/openapi.json");
    return `${JSON.stringify(answer.json(), null, 1)}\n`;
  } finally {
    await app.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

if (import.meta.main) writeFileSync(COPY, await openapiText());
