/** URLs of targets besides http: accepted, kept, grouped by their host; refused in a sentence, at the form too. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { groupOf, tidyUrl, urlProblems } from "../../../collector/registry/url.ts";
import { guardUrl } from "../../../probe/measure/guard.ts";
import { world } from "../world.ts";

const GOOD = [
  "tcp://db.example.com:3306",
  "tls://mail.example.com:465",
  "tls://example.com",
  "ping://[2400:3200::1]:53?count=10",
  "dns://_dmarc.example.com?type=TXT&resolver=223.5.5.5",
];

for (const url of GOOD) {
  test(`${url} is accepted as it stands`, () => {
    assert.deepEqual(urlProblems(url), []);
    assert.equal(tidyUrl(` ${url}#part `), url);
  });
}

const BAD: readonly (readonly [url: string, problem: RegExp])[] = [
  ["tcp:example.com:80", /must start with tcp:\/\//],
  ["tcp://example.com", /has no port: write tcp:\/\/host:port/],
  ["tls://u:p@example.com", /user name or password/],
  ["ping://example.com:80/x", /has a path/],
  ["dns://example.com?type=SPF", /type SPF; known are A, AAAA/],
  ["udp://example.com:53", /scheme "udp"; only http, https, tcp, tls, ping and dns/],
];

for (const [url, problem] of BAD) {
  test(`${url} is refused: ${problem.source}`, () => {
    const [said = "", ...more] = urlProblems(url);
    assert.match(said, problem);
    assert.deepEqual(more, []);
  });
}

test("a target of a kind stands under the domain of its host", async () => {
  assert.deepEqual(GOOD.map(groupOf), [
    "example.com",
    "example.com",
    "example.com",
    "2400:3200::1",
    "example.com",
  ]);
  const { registry, vantage } = await world();
  await vantage("ct-sh", "ct");
  const made = await registry.targets.create({ name: "mail", url: " tcp://mail.Example.com:25 " });
  assert.equal(made.url, "tcp://mail.Example.com:25");
  assert.equal(made.group, "example.com");
  assert.match(made.id, /^mail-example-com-/);
});

test("this machine's own refusal is said of these kinds too, whatever the port", () => {
  for (const url of [
    "tcp://127.0.0.1:80",
    "ping://[::1]:1",
    "tls://10.0.0.1",
    "dns://a.test?resolver=192.168.1.1",
  ]) {
    assert.match(guardUrl(url, []) ?? "", /this probe does not measure it/, url);
  }
  assert.equal(guardUrl("tcp://127.0.0.1:80", ["127.0.0.1"]), null);
  assert.equal(guardUrl("tcp://8.8.8.8:22", []), null, "no request is sent, so no port is taboo");
  assert.match(guardUrl("http://8.8.8.8:22/", []) ?? "", /port 22/);
  assert.match(guardUrl("tcp://a.test", []) ?? "", /has no port/);
});
