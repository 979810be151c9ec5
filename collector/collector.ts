/**
 * The collector as one thing: opens the store, joins the parts, listens, and closes all of it in the opposite order.
 *
 * Composition only, no rule of its own. Used by the verbs `start`, `collector` and `demo`, and by tests.
 */
import { randomBytes } from "node:crypto";
import { statfs } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { alertPart } from "./alert/alert.ts";
import { notifierPart } from "./alert/notifier.ts";
import { loadAssets } from "./api/assets.ts";
import { localPort } from "./api/local-port.ts";
import { loadProbeProgram } from "./api/probe-program.ts";
import { removeRunFile, writeRunFile } from "./api/run-file.ts";
import { buildServer } from "./api/server.ts";
import { type Accounts, accountsPart } from "./auth/accounts.ts";
import { secretsPart } from "./auth/secrets.ts";
import { type VantageKeys, vantageKeysPart } from "./auth/vantage-keys.ts";
import { type Backups, backupPart } from "./backup.ts";
import { ingestPart } from "./ingest/ingest.ts";
import { liveBus } from "./ingest/live.ts";
import { networksOf } from "./networks/networks.ts";
import type { CollectorOptions } from "./options.ts";
import { queryPart } from "./query/query.ts";
import { type Registry, registryPart } from "./registry/registry.ts";
import { openStore } from "./store/engine.ts";
import { makeDataFolder } from "./store/make-folder.ts";
import type { Store } from "./store/store.ts";
import type { Clock } from "./wire/clock.ts";
import { ConfigError, UnavailableError } from "./wire/errors.ts";
import type { Log } from "./wire/log.ts";

export type Collector = {
  /** Where it listens, for programs on this machine: scheme, a loopback or given address, port, base path. */
  readonly localUrl: string;
  /** Where others reach it. */
  readonly publicUrl: string;
  /** First-run link with its one-time token behind `#`, which browsers do not send; null once an account exists. */
  readonly setupUrl: string | null;
  readonly store: Store;
  readonly registry: Registry;
  readonly accounts: Accounts;
  readonly vantageKeys: VantageKeys;
  readonly backups: Backups;
  close(): Promise<void>;
};

export type CollectorDeps = {
  readonly options: CollectorOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** The carriers are simulated, and every page says so. */
  readonly demo?: boolean;
  /** Why the local probe's guard would refuse a URL; null = it would not. Absent where no probe runs beside. */
  readonly refusesLocally?: (url: string) => string | null;
};

/**
 * Opens everything and listens.
 *
 * @throws UnavailableError data_in_use, port_in_use; ConfigError for a folder, certificate or database that cannot work.
 */
export async function startCollector(deps: CollectorDeps): Promise<Collector> {
  const { options, log } = deps;
  makeDataFolder(options.dir);
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const act of closers.splice(0).reverse()) await act();
  };
  try {
    const store = await openStore({ dir: options.dir, log });
    closers.push(() => store.close());
    const parts = await joinParts(deps, store);
    closers.push(...parts.closers);
    const listening = await listen(parts.app, options);
    parts.address.publicUrl = options.publicUrl ?? listening.localUrl;
    const local = await listenLocally(parts.app, options, listening);
    closers.push(local.close, renewOnHangup(parts.app));
    parts.start();
    await writeRunFile(options.dir, {
      url: local.localUrl,
      port: local.port,
      pid: process.pid,
      token: parts.accounts.localToken(),
    });
    closers.push(() => removeRunFile(options.dir));
    log.debug({ url: listening.localUrl, local: local.localUrl }, "collector listens");
    const token = await parts.accounts.setupToken();
    return {
      localUrl: local.localUrl,
      publicUrl: parts.address.publicUrl,
      setupUrl: token === null ? null : `${parts.address.publicUrl}/setup#${token}`,
      store,
      registry: parts.registry,
      accounts: parts.accounts,
      vantageKeys: parts.vantageKeys,
      backups: parts.backups,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Address = { publicUrl: string };

async function joinParts(
  { options, clock, log, version, demo = false, refusesLocally }: CollectorDeps,
  store: Store,
) {
  const address: Address = { publicUrl: "" };
  const publicUrl = () => address.publicUrl;
  const live = liveBus();
  const secrets = secretsPart({ dir: options.dir });
  const registry = registryPart({
    store,
    clock,
    random: randomBytes,
    sealer: secrets,
    ...(refusesLocally ? { refusesLocally } : {}),
  });
  await registry.seed();
  const accounts = accountsPart({ store, clock });
  const vantageKeys = vantageKeysPart({ store, clock });
  const networkOf = networksOf();
  const query = queryPart({ store, registry, clock, networkOf });
  const exportsDir = join(options.dir, "exports");
  const ingest = ingestPart({ store, registry, live, clock, log, networkOf, exportsDir });
  const mail = notifierPart({ store, secrets, clock, log, publicUrl, live });
  // Named by the folder, which one process locks: a restart takes its own lease over at once.
  const holder = `${hostname()}:${options.dir}`;
  const alert = alertPart({ store, registry, live, clock, log, holder, quiet: ingest.quiet });
  const backups = backupPart({ ops: store.ops, dir: options.dir, clock, log });
  const app = await buildServer({
    store,
    registry,
    query,
    ingest,
    accounts,
    vantageKeys,
    secrets,
    mail,
    live,
    clock,
    log,
    publicUrl,
    version,
    demo,
    localProbe: refusesLocally !== undefined,
    http: { basePath: options.basePath, trustedProxies: options.trustedProxies, tls: options.tls },
    assets: await loadAssets(),
    probeProgram: await loadProbeProgram(),
    storage: async () => ({ diskFreeBytes: await freeBytes(options.dir), backups: await backups.list() }),
  });
  return {
    app,
    address,
    registry,
    accounts,
    vantageKeys,
    backups,
    start() {
      alert.start();
      mail.start();
      backups.start();
      ingest.addresses.start();
    },
    closers: [
      () => mail.stop(),
      () => alert.stop(),
      () => backups.stop(),
      () => ingest.addresses.stop(),
      () => app.close(),
    ],
  };
}

async function freeBytes(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}

/** SIGHUP reads the certificate again; without TLS it keeps its meaning. @returns Ends that. */
function renewOnHangup(app: Awaited<ReturnType<typeof buildServer>>): () => void {
  const { certificate } = app;
  if (!certificate) return () => {};
  const renew = () => void certificate.reload();
  process.on("SIGHUP", renew);
  return () => process.off("SIGHUP", renew);
}

/** With TLS a plain loopback port beside it: the certificate names the public host, not 127.0.0.1. */
async function listenLocally(
  app: Awaited<ReturnType<typeof buildServer>>,
  { tls, basePath }: CollectorOptions,
  listening: { localUrl: string; port: number },
): Promise<{ localUrl: string; port: number; close: () => Promise<void> }> {
  if (!tls) return { ...listening, close: async () => {} };
  const { port, close } = await localPort(app);
  return { localUrl: `http://127.0.0.1:${port}${basePath}`, port, close };
}

async function listen(
  app: Awaited<ReturnType<typeof buildServer>>,
  { host, port, tls, basePath }: CollectorOptions,
): Promise<{ localUrl: string; port: number }> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "EADDRINUSE") {
      throw new UnavailableError("port_in_use", `port ${port} on ${host} is in use by another program`, {
        cause,
        hint: "stop that program, or choose another port with --listen",
      });
    }
    throw new ConfigError(`cannot listen on ${host} port ${port} (${String(code)})`, {
      cause,
      hint: "--listen takes an address of this machine, for example 127.0.0.1:8080",
    });
  }
  const bound = app.server.address() as AddressInfo;
  const shown = /^(?:0\.0\.0\.0|::)$/.test(host) ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return { localUrl: `${tls ? "https" : "http"}://${shown}:${bound.port}${basePath}`, port: bound.port };
}
