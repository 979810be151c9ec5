/** The probe's own file with several vantages: what holds for all, what for one, and what is refused. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ConfigError } from "../../../collector/wire/errors.ts";
import { probeSettings } from "../../../probe/config.ts";
import { scratchFolder } from "../../support/spool.ts";

function folder(t: TestContext, config: object, keys: Record<string, string> = { ct: "ct", cnc: "cnc" }) {
  const dir = scratchFolder(t);
  mkdirSync(join(dir, "probe"), { recursive: true });
  for (const [name, id] of Object.entries(keys)) {
    mkdirSync(join(dir, "probe", name), { recursive: true });
    writeFileSync(join(dir, "probe", name, "key"), `cwp_${id}_0123456789abcdefghijkl\n`);
  }
  const content = { collector: { url: "https://watch.test/" }, ...config };
  writeFileSync(join(dir, "probe", "config.yaml"), JSON.stringify(content));
  return dir;
}

test("what stands beside `vantages` holds for each; what a vantage says itself goes before", (t) => {
  const spool = { maxBytes: 20_000_000, keepDays: 3 };
  const dir = folder(t, {
    ...{ allow: ["10.0.0.0/8"], resolvers: ["192.0.2.1"], hosts: "/etc/all", spool },
    vantages: [
      { folder: "ct", localAddress: "192.0.2.10" },
      {
        ...{ folder: "cnc", localAddress: "192.0.2.11", allow: ["172.16.0.0/12"], hosts: "/etc/own" },
        ...{ resolvers: ["192.0.2.2"], spool: { maxBytes: 30_000_000 } },
      },
    ],
  });
  const { vantages } = probeSettings(dir, { allow: ["100.64.0.0/10"], url: "https://other.test" });
  const said = vantages.map(({ allow, resolvers, hosts, spool, localAddress, url }) => ({
    ...{ allow, resolvers, hosts, spool, localAddress, url },
  }));
  assert.deepEqual(said, [
    {
      ...{ allow: ["10.0.0.0/8", "100.64.0.0/10"], resolvers: ["192.0.2.1"], hosts: "/etc/all" },
      ...{ spool, localAddress: "192.0.2.10", url: "https://other.test" },
    },
    {
      allow: ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12"],
      ...{ resolvers: ["192.0.2.2"], hosts: "/etc/own", localAddress: "192.0.2.11" },
      ...{ spool: { maxBytes: 30_000_000, keepDays: 14 }, url: "https://other.test" },
    },
  ]);
});

test("a source address is spelt as the system spells it, however it was written", (t) => {
  const dir = folder(t, { vantages: [{ folder: "ct", localAddress: "2001:DB8:0:0::0010" }] });
  assert.equal(probeSettings(dir, {}).vantages[0]?.localAddress, "2001:db8::10");
});

test("what cannot be is refused with its place", (t) => {
  const two = (first: object, second: object) => ({ vantages: [first, second] });
  const cases: [config: object, keys: Record<string, string>, says: RegExp][] = [
    [two({ folder: "ct" }, { folder: "ct" }), { ct: "ct" }, /vantages: two vantages share a folder/],
    [{ ...two({ folder: "ct" }, { folder: "cnc" }), localAddress: "192.0.2.1" }, {}, /localAddress: .*each/],
    [two({ folder: "ct" }, { folder: "../cnc" }), {}, /vantages\.1\.folder: a name of/],
    [two({ folder: "ct" }, { folder: "spool" }), {}, /vantages\.1\.folder: this folder holds samples/],
    [two({ folder: "ct" }, { folder: "cnc", limits: {} }), {}, /vantages\.1: .*limits/],
    [two({ folder: "ct" }, { folder: "cnc" }), { ct: "ct" }, /no key: there is no file .*probe\/cnc\/key/],
    [two({ folder: "ct" }, { folder: "cnc" }), { ct: "ct", cnc: "ct" }, /hold the same key/],
    [{ vantages: [] }, {}, /vantages/],
    [
      { ...two({ folder: "ct" }, { folder: "cnc" }), ca: ["/dev/null"] },
      {},
      /ca: \/dev\/null holds no certificate/,
    ],
  ];
  for (const [config, keys, says] of cases) {
    const dir = folder(t, config, keys);
    assert.throws(
      () => probeSettings(dir, {}),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, says);
        return true;
      },
    );
  }
  const several = folder(t, two({ folder: "ct" }, { folder: "cnc" }));
  assert.throws(() => probeSettings(several, { localAddress: "192.0.2.1" }), /localAddress/);
});

test("a secret may come from the environment; a variable that is not set is named, its value never", (t) => {
  const dir = folder(t, {
    secrets: { shop: { env: "SHOP_PASSWORD" }, api: { file: "api.txt" } },
    vantages: [{ folder: "ct", secrets: { shop: { env: "OF_CT" } } }, { folder: "cnc" }],
  });
  writeFileSync(join(dir, "probe", "api.txt"), "from a file\n");
  const env = { SHOP_PASSWORD: " kept as it is ", OF_CT: "of ct", OTHER: "not asked for" };
  const [ct, cnc] = probeSettings(dir, {}, env).vantages;
  assert.deepEqual([ct?.secret("shop"), cnc?.secret("shop")], ["of ct", " kept as it is "]);
  assert.deepEqual([ct?.secret("api"), ct?.secret("OTHER")], ["from a file", null]);
  assert.ok(!JSON.stringify([ct, cnc]).includes("kept as it is"));
  for (const lacking of [{ SHOP_PASSWORD: "a" }, { SHOP_PASSWORD: "a", OF_CT: "" }, {}]) {
    assert.throws(() => probeSettings(dir, {}, lacking), /the secret shop: the variable \w+ is not set/);
  }
  const wrong = folder(t, { secrets: { shop: { env: "A-B" }, api: { value: "never here" } } });
  assert.throws(
    () => probeSettings(wrong, {}, env),
    (error: Error) =>
      /secrets\.shop[\s\S]*secrets\.api/.test(error.message) && !error.message.includes("never"),
  );
});

test("a secret is what its file holds now, without its line break; its own file goes before that of all", (t) => {
  const dir = folder(t, {
    secrets: { api: "all.txt", shop: "shop.txt" },
    vantages: [{ folder: "ct", secrets: { api: "ct/api.txt" } }, { folder: "cnc" }],
  });
  assert.throws(() => probeSettings(dir, {}), /the secret (?:api|shop): .* cannot be read/);
  const write = (name: string, text: string) => writeFileSync(join(dir, "probe", name), text);
  write("all.txt", "for all\n");
  write("shop.txt", " kept as it is \r\n");
  write("ct/api.txt", "of ct");
  const [ct, cnc] = probeSettings(dir, {}).vantages;
  const said = () =>
    ["api", "shop", "none", "constructor"].map((name) => [ct?.secret(name), cnc?.secret(name)]);
  assert.deepEqual(said(), [
    ["of ct", "for all"],
    [" kept as it is ", " kept as it is "],
    [null, null],
    [null, null],
  ]);
  write("ct/api.txt", "a new one\n");
  rmSync(join(dir, "probe", "all.txt"));
  assert.deepEqual(said()[0], ["a new one", null]);
});
