/** `check --from`: the same flags as the local check become what the collector is asked; both helps name every flag. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Command } from "commander";
import { type FromFlags, fromOptions, inputOf } from "../../../collector/cli/check-from-flags.ts";
import { FROM_HELP } from "../../../collector/cli/check-from-help.ts";
import { optionsOf } from "../../../collector/cli/described.ts";
import { MeasurementInput } from "../../../collector/wire/on-demand.ts";
import { OPTIONS } from "../../../probe/check/flags.ts";
import { HELP } from "../../../probe/check/help.ts";
import { scratchFolder } from "../../support/spool.ts";

const command = (): Command => {
  const made = new Command("check").exitOverride().configureOutput({ writeErr: () => {} });
  fromOptions(optionsOf(made, "en"));
  return made;
};
const inputFor = (...argv: string[]) => {
  const parsed = command()
    .argument("<URL>")
    .parse(["--from", "ct", ...argv], { from: "user" });
  return inputOf(parsed.args[0] ?? "", parsed.opts<FromFlags>());
};
const URL = "https://a.example/";

const cases: readonly { name: string; argv: readonly string[]; want: object }[] = [
  { name: "nothing but a host is https, and asks for nothing else", argv: ["a.example/"], want: {} },
  { name: "a method by either name", argv: ["-X", "delete", URL], want: { method: "DELETE" } },
  { name: "-I is HEAD", argv: ["-I", URL], want: { method: "HEAD" } },
  { name: "a family", argv: ["-6", URL], want: { family: "ipv6" } },
  { name: "HTTP/2", argv: ["--http2", URL], want: { request: { http: "2" } } },
  { name: "no redirects", argv: ["--max-redirs", "0", URL], want: { redirects: 0 } },
  { name: "any certificate", argv: ["-k", URL], want: { tls: { verify: false } } },
  { name: "a limit", argv: ["-m", "20", URL], want: { timeouts: { connectMs: 10_000, totalMs: 20_000 } } },
  { name: "a status", argv: ["--status", "200,301", URL], want: { expect: { status: ["200", "301"] } } },
  {
    name: "days of a certificate, beside any status",
    argv: ["--certificate-days", "14", URL],
    want: { expect: { status: ["200-399"], certificateDays: 14 } },
  },
  {
    name: "every rule of a target",
    argv: [
      ...["--matches", "ok|fine", "--expect-json", "a=1", "--expect-header", "X: y"],
      ...["--min-bytes", "1", "--max-bytes", "2", URL],
    ],
    want: {
      expect: {
        status: ["200-399"],
        bodyMatches: "ok|fine",
        json: [{ path: "a", equals: 1 }],
        headers: [{ name: "X", matches: "y" }],
        minBytes: 1,
        maxBytes: 2,
      },
    },
  },
  {
    name: "bodies are joined, posted and typed as curl does",
    argv: ["-d", "a=1", "--body", "b=2", URL],
    want: {
      method: "POST",
      request: {
        headers: [{ name: "content-type", value: "application/x-www-form-urlencoded" }],
        body: "a=1&b=2",
      },
    },
  },
  {
    name: "an address for the URL's own host and port",
    argv: ["--resolve", "a.example:443:192.0.2.1", URL],
    want: { addresses: { pin: "192.0.2.1" } },
  },
  { name: "the route too", argv: ["--path", URL], want: { path: true } },
];

for (const { name, argv, want } of cases) {
  test(`asked of vantages: ${name}`, () => {
    const input = inputFor(...argv);
    assert.deepEqual(input, { url: URL, from: ["ct"], ...want });
    assert.ok(MeasurementInput.safeParse(input).success);
  });
}

test("an authority's certificate travels with the question", (t) => {
  const file = join(scratchFolder(t), "ca.pem");
  writeFileSync(file, "-----BEGIN CERTIFICATE-----");
  assert.deepEqual(inputFor("--cacert", file, URL)["tls"], { ca: "-----BEGIN CERTIFICATE-----" });
});

for (const [argv, want] of [
  [["-4", "-6", URL], /exclude each other/],
  [["--resolve", "b.example:443:192.0.2.1", URL], /the URL's own host and port/],
  [["--resolve", "a.example:443:192.0.2.1,192.0.2.2", URL], /take one address/],
  [["-n", "3", URL], /from vantages it is once/],
  [["--allow", "10.0.0.0/8", URL], /--allow is set in each vantage's own file/],
  [["--interface", "192.0.2.9", URL], /--interface is set in each vantage's own file/],
  [["--bearer-file", "-", URL], /--bearer-file: credentials of this machine/],
  [["--cert", "c.pem", URL], /--cert: credentials of this machine/],
  [["--http2", "dns://a.example"], /--http2 is for http and https/],
] as const) {
  test(`refused in its own words: ${argv.join(" ")}`, () => {
    assert.throws(() => inputFor(...argv), want);
  });
}

const named = (help: string, flag: string) =>
  new RegExp(`(?:^|[ (（、])${flag}(?=[ ,）)]|$)`, "m").test(help);

test("the help of both languages names every flag of check", () => {
  const flags = Object.keys(OPTIONS).filter((name) => name !== "help");
  assert.ok(flags.length > 25);
  for (const [language, help] of Object.entries(HELP)) {
    for (const name of flags) {
      assert.ok(named(help, `${name.length === 1 ? "-" : "--"}${name}`), `${language}: ${name}`);
    }
  }
});

test("the help of both languages names every flag of check --from, and none that is refused", () => {
  const { options } = command();
  assert.ok(options.length > 25);
  for (const [language, help] of Object.entries(FROM_HELP)) {
    for (const { long, short, hidden } of options) {
      const flag = long ?? short ?? "";
      assert.equal(named(help, flag), !hidden, `${language}: ${flag}`);
    }
    for (const flag of ["--data", "--url", "--token-file", "--json"]) assert.ok(named(help, flag), flag);
  }
});
