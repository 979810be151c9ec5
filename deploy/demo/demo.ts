/**
 * The verb `demo`: the product with three simulated carriers and a year of history, on this machine alone.
 *
 * Collector, store, pages and probes are the real ones; only the web sites, their name servers and the past are made up,
 * and every page says so. Data in ./demo-data; a second start goes on where the first stopped.
 */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Collector, startCollector } from "../../collector/collector.ts";
import { type LocalProbe, localProbe, writeProbeKey } from "../../collector/local-probe.ts";
import { Answered, type CollectorOptions, collectorOptions } from "../../collector/options.ts";
import { untilAsked } from "../../collector/until-asked.ts";
import { type Clock, systemClock } from "../../collector/wire/clock.ts";
import type { Language } from "../../collector/wire/ids.ts";
import { langFlag, languageOf } from "../../collector/wire/said/language.ts";
import type { Text } from "../../collector/wire/said/text.ts";
import { VERSION } from "../../collector/wire/version.ts";
import type { Verb } from "../../main.ts";
import { selfSigned } from "./certificate.ts";
import { type Diary, openDiary, writeDiary } from "./diary.ts";
import { loadHistory } from "./load.ts";
import { progressLine } from "./progress.ts";
import { CARRIERS, TARGETS } from "./scene.ts";
import { seedDocuments, seedEvents, seedIncidents } from "./seed.ts";
import { type Sites, startSites } from "./sites.ts";

/** Where the simulated carriers' nodes live; the only network beside --allow that the demo's probes may measure. */
const NODES = "127.77.0.0/24";
const CERTIFICATE_DAYS = 90;
const ABOUT: Text = {
  en: "three simulated carriers and a year of history",
  zh: "三个模拟运营商和一年的历史",
};

export const verb: Verb = async ({ argv, env, log }) => {
  let options: CollectorOptions;
  try {
    options = collectorOptions("demo", ABOUT, argv, env, {
      dir: "demo-data",
      listen: "127.0.0.1:8080",
      withProbe: true,
    });
  } catch (error) {
    if (error instanceof Answered) return error.exitCode;
    throw error;
  }
  const clock = systemClock();
  const language = languageOf(langFlag(argv), env);
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const known = await openDiary(options.dir, clock.nowMs());
    const collector = await startCollector({ options, clock, log, version: VERSION, demo: true });
    closers.push(() => collector.close());
    const certificate = selfSigned(
      TARGETS.map((target) => target.host),
      clock.nowMs(),
      CERTIFICATE_DAYS,
    );
    const sites = await startSites(known.ports, certificate, clock);
    closers.push(() => sites.close());
    const diary = await prepare(collector, options.dir, known, sites, { clock, language });
    const probes: LocalProbe[] = [];
    // All of them at once: each takes seconds to deliver what it has.
    closers.push(() => Promise.all(probes.map((probe) => probe.stop())));
    for (const carrier of CARRIERS) {
      const dir = join(options.dir, "vantages", carrier.id);
      await writeProbeKey(dir, await collector.vantageKeys.issue(carrier.vantage));
      await writeProbeFile(dir, {
        collector: { url: collector.localUrl },
        allow: [NODES, ...options.allow],
        resolvers: [sites.resolvers.get(carrier.id) ?? ""],
        authority: certificate.cert,
      });
      const probe = localProbe({ dir, args: [], log, clock });
      probe.start();
      probes.push(probe);
    }
    greet(collector, diary, options.dir, language);
    await untilAsked();
    return 0;
  } finally {
    for (const close of closers.reverse()) await close();
  }
};

/** The first start writes the year and makes a login; every start knows the pages' ports of today. */
async function prepare(
  collector: Collector,
  dir: string,
  known: Diary,
  sites: Sites,
  { clock, language }: { readonly clock: Clock; readonly language: Language },
): Promise<Diary> {
  let diary: Diary = { ...known, ports: sites.ports };
  await writeDiary(dir, diary);
  if (!diary.loaded) {
    const line = progressLine(clock);
    const count = await loadHistory(
      collector.store.samples,
      diary.startedS,
      clock.nowMs(),
      (share, samples) => line.show(writing(Math.floor(share * 100), samples)[language], share === 1),
    );
    line.end(written(count)[language]);
    await seedIncidents(collector.store, diary.startedS);
    await seedEvents(collector.store, diary.startedS);
    diary = { ...diary, loaded: true };
    await writeDiary(dir, diary);
  }
  await seedDocuments(collector.store, sites.ports, diary.startedS);
  const token = await collector.accounts.setupToken();
  if (token === null) return diary;
  const login = { username: "demo", password: randomBytes(9).toString("base64url") };
  await collector.accounts.setup({ token, ...login, language: "zh", timeZone: "Asia/Shanghai" });
  diary = { ...diary, login };
  await writeDiary(dir, diary);
  return diary;
}

/** The probe's own file: its carrier's name server, the nodes it may reach, and the demo's own certificate authority. */
async function writeProbeFile(
  dir: string,
  { authority, ...settings }: { authority: string } & Record<string, unknown>,
): Promise<void> {
  const folder = join(dir, "probe");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "authority.pem"), authority);
  await writeFile(join(folder, "config.yaml"), stringify({ ...settings, ca: ["authority.pem"] }));
}

function writing(percent: number, samples: number): Text {
  return {
    en: `writing a year of history: ${percent} % (${samples} samples)`,
    zh: `正在写入一年的历史：${percent} %（${samples} 个样本）`,
  };
}

function written(samples: number): Text {
  return { en: `a year of history is there: ${samples} samples`, zh: `一年的历史已写好：${samples} 个样本` };
}

function greet({ publicUrl }: Collector, { login }: Diary, dir: string, language: Language): void {
  const account = login ? `${login.username} / ${login.password}` : null;
  const en = [
    `carrierwatch ${VERSION}, demo: the carriers are simulated, the measurements are real`,
    `  dashboard  ${publicUrl}`,
    ...(account === null ? [] : [`  sign in    ${account}`]),
    `  data       ${dir}`,
  ];
  const zh = [
    `carrierwatch ${VERSION} 演示：运营商是模拟的，测量是真实的`,
    `  控制台    ${publicUrl}`,
    ...(account === null ? [] : [`  登录      ${account}`]),
    `  数据目录  ${dir}`,
  ];
  const said: Readonly<Record<Language, readonly string[]>> = { en, zh };
  process.stdout.write(`${said[language].join("\n")}\n`);
}
