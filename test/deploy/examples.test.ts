/** The example configurations load with the schemas of the product, and show every setting there is. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseEnv } from "node:util";
import { parse } from "yaml";
import { collectorOptions } from "../../collector/options.ts";
import { same } from "../../collector/wire/said/text.ts";
import { probeSettings } from "../../probe/config.ts";
import { ProbeFile } from "../../probe/file.ts";
import { ROOT } from "../support/source-tree.ts";

const EXAMPLES = join(ROOT, "deploy", "examples");
const DEFAULTS = { dir: "data", listen: "127.0.0.1:8080", withProbe: false };

test("probe.yaml in a probe's folder is what the probe starts with", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-example-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, "probe"));
  cpSync(join(EXAMPLES, "probe.yaml"), join(dir, "probe", "config.yaml"));
  writeFileSync(join(dir, "probe", "key"), `cwp_ct-shanghai_${"k".repeat(43)}\n`);
  const [settings] = probeSettings(dir, {}).vantages;
  assert.equal(settings?.url, "https://watch.example.com");
  assert.deepEqual(settings?.allow, ["10.20.0.0/16", "fd12:3456:789a::/48"]);
  assert.deepEqual(settings?.resolvers, ["192.0.2.53", "192.0.2.54:5353"]);
});

test("probe-several.yaml is what a probe with several vantages starts with, each by its own way out", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-example-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const name of ["ct", "cnc", "cmcc"]) {
    mkdirSync(join(dir, "probe", name), { recursive: true });
    writeFileSync(join(dir, "probe", name, "key"), `cwp_sh-${name}_${"k".repeat(43)}\n`);
  }
  cpSync(join(EXAMPLES, "probe-several.yaml"), join(dir, "probe", "config.yaml"));
  const { vantages } = probeSettings(dir, {});
  assert.deepEqual(
    vantages.map(({ folder, localAddress, resolvers, allow }) => [
      folder.slice(dir.length),
      localAddress,
      resolvers[0],
      allow.length,
    ]),
    [
      ["/probe/ct", "192.0.2.10", "192.0.2.53", 1],
      ["/probe/cnc", "198.51.100.10", "198.51.100.53", 1],
      ["/probe/cmcc", "203.0.113.10", "203.0.113.53", 2],
    ],
  );
});

test("probe.yaml shows every setting but the hosts file and several vantages, each limit at its default", () => {
  const shown: unknown = parse(readFileSync(join(EXAMPLES, "probe.yaml"), "utf8"));
  assert.ok(typeof shown === "object" && shown !== null);
  assert.deepEqual(
    Object.keys(ProbeFile.shape).filter((key) => !(key in shown)),
    ["hosts", "vantages"],
  );
  const { limits, spool } = ProbeFile.parse(shown);
  assert.deepEqual(
    { limits, spool },
    { limits: ProbeFile.parse({}).limits, spool: ProbeFile.parse({}).spool },
  );
});

test("collector.env, with every line of it in use, is what the collector starts with", () => {
  const text = readFileSync(join(EXAMPLES, "collector.env"), "utf8");
  const options = collectorOptions("collector", same(""), [], parseEnv(text), DEFAULTS);
  assert.equal(options.publicUrl, "https://watch.example.com");
  assert.equal(options.port, 8080);
  const all = parseEnv(text.replaceAll(/^#(?=CARRIERWATCH_)/gm, ""));
  const files = { CARRIERWATCH_TLS_CERT: "LICENSE", CARRIERWATCH_TLS_KEY: "LICENSE" };
  const whole = collectorOptions("collector", same(""), [], { ...all, ...files }, DEFAULTS);
  assert.equal(whole.basePath, "/watch");
  assert.ok(whole.tls);
  const read = readFileSync(join(ROOT, "collector", "options.ts"), "utf8");
  for (const name of Object.keys(all)) assert.match(read, new RegExp(`env\\["${name}"\\]`), name);
});
