/**
 * /metrics, Prometheus text: what each series last measured, how the vantages are, what ingest counted.
 *
 * Open to this machine itself; from elsewhere it needs an API token, because ids tell what is watched.
 * Labels are ids of the registry only, so their number is bounded.
 */
import type { FastifyRequest } from "fastify";
import { Gauge, Registry as Meters } from "prom-client";
import type { StoredSample } from "../../store/store.ts";
import { PHASES } from "../../wire/metric.ts";
import { requireUser } from "../access.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

const PREFIX = "carrierwatch_";
const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;
const LOCAL_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;
const US_PER_S = 1e6;
const MS_PER_S = 1e3;

export function metricsRoutes(app: App, deps: ApiDeps): void {
  const meters = metersOf(deps.version);
  app.get("/metrics", { schema: { hide: true } }, async (request, reply) => {
    await refuseStrangers(request, deps);
    await Promise.all([readSamples(meters, deps), readVantages(meters, deps), readCounters(meters, deps)]);
    return reply
      .headers({ "content-type": meters.registry.contentType, "cache-control": "no-store" })
      .send(await meters.registry.metrics());
  });
}

type MetersOf = ReturnType<typeof metersOf>;

function metersOf(version: string) {
  const registry = new Meters();
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: PREFIX + name, help, labelNames, registers: [registry] });
  const series = ["probe", "isp", "target"];
  gauge("build_info", "Version of this collector", ["version"]).set({ version }, 1);
  return {
    registry,
    success: gauge("probe_success", "1 = the newest sample is up", series),
    phase: gauge("http_phase_seconds", "Phases of the newest sample", [...series, "phase"]),
    total: gauge("http_total_seconds", "Whole measurement of the newest sample", series),
    status: gauge("http_status_code", "HTTP status of the newest sample", series),
    certificate: gauge("tls_not_after_timestamp_seconds", "When the target's certificate ends", series),
    sampled: gauge("probe_sample_timestamp_seconds", "Tick of the newest sample", series),
    skew: gauge("clock_skew_seconds", "Probe clock minus collector clock", ["probe"]),
    contact: gauge("probe_contact_timestamp_seconds", "When the probe was last heard of", ["probe"]),
    spool: gauge("spool_records", "Samples waiting at the probe", ["probe"]),
    dropped: gauge("spool_dropped_total", "Samples the probe had to drop", ["probe"]),
    lag: gauge("ingest_lag_seconds", "From the tick of the probe's newest sample until it was received", [
      "probe",
    ]),
    batches: gauge("ingest_batches_total", "Batches since the collector started", ["result"]),
    records: gauge("ingest_records_total", "Samples received, by outcome", ["probe", "result"]),
    outbox: gauge("alerts_outbox", "Mails by state", ["state"]),
  };
}

/**
 * A proxy on this machine speaks for anybody, so a forwarded request is not local; nor is one with a foreign Host, which
 * a web page gets here by pointing its own name at 127.0.0.1.
 */
async function refuseStrangers(request: FastifyRequest, { accounts }: ApiDeps): Promise<void> {
  const { headers, socket } = request;
  const forwarded = headers["x-forwarded-for"] ?? headers.forwarded;
  const local = LOOPBACK.test(socket.remoteAddress ?? "") && LOCAL_HOST.test(headers.host ?? "");
  if (local && forwarded === undefined) return;
  const [, token] = /^Bearer (\S+)$/i.exec(headers.authorization ?? "") ?? [];
  request.caller = token === undefined ? null : await accounts.bearer(token);
  requireUser(request);
}

async function readSamples(meters: MetersOf, { store, registry }: ApiDeps): Promise<void> {
  const [generations, targets, vantages] = await Promise.all([
    store.samples.generations(),
    registry.targets.list(),
    registry.vantages.list(),
  ]);
  const watched = new Set(targets.map(({ id }) => id));
  const carriers = new Map(
    vantages.filter(({ revokedS }) => revokedS === null).map(({ id, carrier }) => [id, carrier]),
  );
  const own = generations.filter(({ series }) => series.address === undefined);
  const known = new Map(own.map(({ series }) => [`${series.target}/${series.vantage}`, series]));
  const wanted = [...known.values()].filter(
    ({ target, vantage }) => watched.has(target) && carriers.has(vantage),
  );
  for (const meter of [
    meters.success,
    meters.phase,
    meters.total,
    meters.status,
    meters.certificate,
    meters.sampled,
  ]) {
    meter.reset();
  }
  for (const stored of await store.samples.latest(wanted))
    show(meters, stored, carriers.get(stored.vantage) ?? "");
}

function show(meters: MetersOf, { vantage, sample }: StoredSample, isp: string): void {
  const labels = { probe: vantage, isp, target: sample.target };
  meters.sampled.set(labels, sample.tick);
  // UNKNOWN is neither 0 nor 1: nobody measured.
  if (sample.state !== "unknown") meters.success.set(labels, sample.state === "down" ? 0 : 1);
  for (const phase of PHASES) {
    const us = sample.timings[phase];
    if (us !== null) meters.phase.set({ ...labels, phase }, us / US_PER_S);
  }
  if (sample.timings.total !== null) meters.total.set(labels, sample.timings.total / US_PER_S);
  if (sample.detail.status !== undefined) meters.status.set(labels, sample.detail.status);
  const certificate = sample.detail.certificate;
  if (certificate) meters.certificate.set(labels, certificate.notAfterS);
}

async function readVantages(meters: MetersOf, { registry }: ApiDeps): Promise<void> {
  for (const meter of [meters.skew, meters.contact, meters.spool, meters.dropped]) meter.reset();
  for (const [probe, contact] of await registry.vantages.contacts()) {
    meters.contact.set({ probe }, contact.atMs / MS_PER_S);
    if (contact.skewMs !== null) meters.skew.set({ probe }, contact.skewMs / MS_PER_S);
    meters.spool.set({ probe }, contact.spoolRecords);
    meters.dropped.set({ probe }, contact.dropped);
  }
}

async function readCounters(meters: MetersOf, { store, ingest }: ApiDeps): Promise<void> {
  for (const [result, count] of Object.entries(ingest.batches())) meters.batches.set({ result }, count);
  meters.records.reset();
  for (const { vantage: probe, ...counts } of await store.ops.counters()) {
    for (const [result, count] of Object.entries(counts)) meters.records.set({ probe, result }, count);
  }
  const { pending, dead, sent } = await store.outbox.summary();
  for (const [state, count] of Object.entries({ pending, dead, sent })) meters.outbox.set({ state }, count);
}
