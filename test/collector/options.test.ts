/** The command line of `start` and `collector`: what is read, and the sentence for each thing that cannot work. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { collectorOptions, hostPort } from "../../collector/options.ts";
import { CarrierwatchError } from "../../collector/wire/errors.ts";
import { same } from "../../collector/wire/said/text.ts";

const read = (argv: string[], env: Record<string, string> = {}) =>
  collectorOptions("start", same("about"), argv, env, {
    dir: "data",
    listen: "127.0.0.1:8080",
    withProbe: true,
  });

test("without flags the defaults hold", () => {
  const options = read([]);
  assert.deepEqual(
    { ...options, dir: options.dir.split("/").at(-1) },
    {
      dir: "data",
      host: "127.0.0.1",
      port: 8080,
      basePath: "",
      publicUrl: null,
      tls: null,
      trustedProxies: [],
      allow: [],
    },
  );
});

test("a flag wins over the environment, the environment over the default", () => {
  assert.equal(read(["--listen", ":81"], { CARRIERWATCH_LISTEN: ":82" }).port, 81);
  assert.equal(read([], { CARRIERWATCH_LISTEN: ":82" }).port, 82);
  assert.equal(read([], { CARRIERWATCH_DATA: "/var/x" }).dir, "/var/x");
});

test("an address without mask is allowed as that address alone", () => {
  assert.deepEqual(read(["--allow", "127.0.0.1", "--allow", "10.0.0.0/8", "--allow", "::1"]).allow, [
    "127.0.0.1/32",
    "10.0.0.0/8",
    "::1/128",
  ]);
});

test("addresses to listen on are read in every spelling", () => {
  assert.deepEqual(hostPort("9000"), { host: "127.0.0.1", port: 9000 });
  assert.deepEqual(hostPort("0.0.0.0:1"), { host: "0.0.0.0", port: 1 });
  assert.deepEqual(hostPort("[::]:65535"), { host: "::", port: 65_535 });
});

test("the base path is part of the public URL, once", () => {
  assert.equal(
    read(["--public-url", "https://a.example/", "--base-path", "/watch/"]).publicUrl,
    "https://a.example/watch",
  );
  assert.equal(
    read(["--public-url", "https://a.example/watch", "--base-path", "/watch"]).publicUrl,
    "https://a.example/watch",
  );
});

const refused: { name: string; argv: string[]; code: string; says: RegExp }[] = [
  { name: "an unknown flag", argv: ["--lisen", "1"], code: "usage", says: /unknown option '--lisen'/ },
  { name: "a stray word", argv: ["8080"], code: "usage", says: /8080/ },
  { name: "a port beyond 65535", argv: ["--listen", "65536"], code: "config", says: /--listen "65536"/ },
  {
    name: "a host without port",
    argv: ["--listen", "localhost"],
    code: "config",
    says: /no address and port/,
  },
  {
    name: "a network that is none",
    argv: ["--allow", "300.0.0.0/8"],
    code: "config",
    says: /--allow "300.0.0.0\/8"/,
  },
  {
    name: "a public URL of another scheme",
    argv: ["--public-url", "ftp://a"],
    code: "config",
    says: /no http or https/,
  },
  { name: "a certificate without key", argv: ["--tls-cert", "a.pem"], code: "config", says: /both/ },
  {
    name: "a certificate that is not there",
    argv: ["--tls-cert", "/nope.pem", "--tls-key", "/nope.key"],
    code: "config",
    says: /\/nope\.pem/,
  },
  { name: "a base path with a query", argv: ["--base-path", "/a?b"], code: "config", says: /--base-path/ },
];
for (const { name, argv, code, says } of refused) {
  test(`${name} is refused with one sentence`, () => {
    assert.throws(
      () => read(argv),
      (error: unknown) =>
        error instanceof CarrierwatchError && error.code === code && says.test(error.message),
    );
  });
}
