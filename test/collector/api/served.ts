/** A collector's HTTP side on a real port over the memory store, with every part real but mail, pages and disk figures. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ApiDeps } from "../../../collector/api/deps.ts";
import { buildServer } from "../../../collector/api/server.ts";
import { accountsPart } from "../../../collector/auth/accounts.ts";
import { secretsPart } from "../../../collector/auth/secrets.ts";
import { vantageKeysPart } from "../../../collector/auth/vantage-keys.ts";
import { ingestPart } from "../../../collector/ingest/ingest.ts";
import { liveBus } from "../../../collector/ingest/live.ts";
import { queryPart } from "../../../collector/query/query.ts";
import { registryPart } from "../../../collector/registry/registry.ts";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import { type LogFields, silentLog } from "../../../collector/wire/log.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";

export const PASSWORD = "correct horse battery";

export type Served = ApiDeps & {
  readonly clock: FakeClock;
  readonly app: Awaited<ReturnType<typeof buildServer>>;
  /** Scheme, host and port, without base path. */
  readonly origin: string;
  /** Up to and with /api/v1. */
  readonly api: string;
  /** Everything logged, as JSON lines. */
  readonly logged: string[];
};

/** @param change Replaces parts; `http` is merged. */
export async function served(
  t: TestContext,
  change: Partial<Omit<ApiDeps, "http" | "clock">> & { http?: Partial<ApiDeps["http"]> } = {},
): Promise<Served> {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-api-"));
  const clock = fakeClock();
  const store = change.store ?? memoryStore();
  const live = liveBus();
  const secrets = secretsPart({ dir });
  const registry = registryPart({ store, clock, random: randomBytes, sealer: secrets });
  await registry.seed();
  const logged: string[] = [];
  const line = (fields: LogFields, message: string) =>
    void logged.push(JSON.stringify({ ...fields, message }));
  const program = Buffer.from("process.exit(0);\n");
  let publicUrl = "";
  const deps = {
    store,
    registry,
    live,
    clock,
    query: queryPart({ store, registry, clock }),
    ingest: ingestPart({ store, registry, live, clock, log: silentLog }),
    accounts: accountsPart({ store, clock }),
    vantageKeys: vantageKeysPart({ store, clock }),
    secrets,
    mail: { test: async () => ({ ok: true, message: "250 accepted" }) },
    log: { debug: line, info: line, warn: line, error: line },
    publicUrl: () => publicUrl,
    version: "1.2.3",
    demo: false,
    assets: {
      index: Buffer.from('<!doctype html><script type="module" src="/assets/main-1.js"></script>'),
      files: new Map([
        [
          "/assets/main-1.js",
          { bytes: Buffer.from(`"${"x".repeat(4000)}"`), type: "text/javascript; charset=utf-8" },
        ],
      ]),
    },
    probeProgram: { bytes: program, sha256: createHash("sha256").update(program).digest("hex") },
    storage: async () => ({ diskFreeBytes: 1_000_000, backups: [] }),
    ...change,
    http: { basePath: "", trustedProxies: [], tls: null, ...change.http },
  } satisfies ApiDeps;
  const app = await buildServer(deps);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const origin = `${deps.http.tls ? "https" : "http"}://127.0.0.1:${port}`;
  publicUrl = `${origin}${deps.http.basePath}`;
  t.after(async () => {
    await app.close();
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return { ...deps, app, origin, api: `${publicUrl}/api/v1`, logged };
}

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
};

/** One request; a body becomes JSON. The answer's body is an empty object when it is not JSON. */
export async function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const answer = await fetch(url, {
    method: options.method ?? (options.body === undefined ? "GET" : "POST"),
    redirect: "manual",
    headers: {
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await answer.text();
  const isJson = text !== "" && /json/.test(answer.headers.get("content-type") ?? "");
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : {} };
}

/** Headers of a signed-in browser: the first account is made with the one-time token. */
export async function signedIn(s: Served): Promise<Record<string, string>> {
  const answer = await ask(`${s.api}/setup`, {
    body: {
      token: await s.accounts.setupToken(),
      username: "admin",
      password: PASSWORD,
      language: "en",
      timeZone: "Asia/Shanghai",
    },
  });
  return browserHeaders(answer);
}

/** Cookie and CSRF token from an answer that began a session. */
export function browserHeaders(answer: Answer): Record<string, string> {
  const [cookie = ""] = (answer.headers.getSetCookie()[0] ?? "").split(";");
  return { cookie, "x-csrf-token": String(answer.body["csrf"]) };
}

/** A vantage with a key, as a probe's headers. */
export async function joined(s: Served, id = "sh-ct-1", carrier = "ct"): Promise<Record<string, string>> {
  await s.registry.vantages.create({ id, name: id, carrier, tags: [] });
  return { authorization: `Bearer ${await s.vantageKeys.issue(id)}` };
}
