/**
 * The same answer as unrelated targets get at one carrier: a portal. Told only where every other carrier gets each
 * target's own, and never of what one owner, one network or TLS that holds explains.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AlteredEvent } from "../../../collector/wire/event.ts";
import { type Answers, judged, type Said, sampleSaying, storyOf, URL_OF } from "./altered-ticks.ts";
import { STEP } from "./ticks.ts";
import { makeWorld } from "./world.ts";

const NEWS = "http://news.example.net/";
const SHOP = "http://shop.example.org/";

/** A site's own answer: its address, its length. */
const own = (n: number, bodyBytes = 4_000 + 100 * n): Said => ({
  status: 200,
  bodyBytes,
  address: `93.184.216.${n}`,
  answers: [{ address: `93.184.216.${n}` }],
});
const moved = (n: number, host = "portal.carrier.test"): Said => ({
  ...own(n),
  finalUrl: `http://${host}/login?from=${n}`,
  redirects: 1,
});
const page = (n: number): Said => ({
  ...own(n, 777),
  answers: [{ address: "104.16.0.99" }],
  address: "104.16.0.99",
});
const SHOWN = { subject: "portal", issuer: "portal", notAfterS: 1, fingerprint256: "99" };
const shown = (n: number, problem?: string): Said => ({
  ...(problem === undefined
    ? own(n)
    : {
        failure: {
          phase: "tls" as const,
          cause: "certificate-untrusted" as const,
          source: "target" as const,
        },
      }),
  certificate: problem === undefined ? { ...SHOWN, fingerprint256: `own ${n}` } : { ...SHOWN, problem },
});

/** Two ticks, of which the second alone is compared: m = 1. */
const at = (c: Said, a: Said): Answers => ({ a, c });
type Case = {
  readonly name: string;
  readonly site: Answers;
  readonly beside: Readonly<Record<string, Answers>>;
  readonly want: string;
  readonly url?: string;
};
const PORTAL = "c 0- portal portal.carrier.test (= example.net)|200, 4100 B";

const told: readonly Case[] = [
  {
    name: "two unrelated sites are sent to the same place",
    site: at(moved(1), own(1)),
    beside: { [NEWS]: at(moved(2), own(2)) },
    want: `${PORTAL}; redirect portal.carrier.test|www.example.com`,
  },
  {
    name: "three unrelated sites have one page at one carrier",
    site: at(page(1), own(1)),
    beside: { [NEWS]: at(page(2), own(2)), [SHOP]: at(page(3), own(3)) },
    want: "c 0- portal 200, 777 B (= example.net, example.org)|200, 4100 B",
  },
  {
    name: "two unrelated sites show one certificate that does not hold",
    url: "https://www.example.com/",
    site: at(shown(1, "SELF_SIGNED_CERT"), shown(1)),
    beside: { "https://news.example.net/": at(shown(2, "SELF_SIGNED_CERT"), shown(2)) },
    want: "c 0- certificate portal (portal)|portal (portal); portal portal (portal) (= example.net)|www.example.com",
  },
];

const nobody: readonly Case[] = [
  {
    name: "two sites have one length by chance",
    site: at(page(1), own(1)),
    beside: { [NEWS]: at(page(2), own(2)), [SHOP]: at(own(3), own(3)) },
    want: "",
  },
  {
    name: "the other sites are as they are everywhere",
    site: at(moved(1), own(1)),
    beside: { [NEWS]: at(own(2), own(2)), [SHOP]: at(own(3), own(3)) },
    want: "c 0- redirect portal.carrier.test|www.example.com",
  },
  {
    name: "everybody is sent there",
    site: at(moved(1), moved(1)),
    beside: { [NEWS]: at(moved(2), moved(2)) },
    want: "",
  },
  {
    name: "the other site is sent there at every carrier",
    site: at(moved(1), own(1)),
    beside: { [NEWS]: at(moved(2), moved(2)) },
    want: "c 0- redirect portal.carrier.test|www.example.com",
  },
  {
    name: "both are of one network elsewhere too",
    site: at(moved(1), own(1)),
    beside: { [NEWS]: at(moved(1), own(1)) },
    want: "c 0- redirect portal.carrier.test|www.example.com",
  },
  {
    name: "both are of one registrable domain",
    site: at(moved(1), own(1)),
    beside: { "http://news.example.com/": at(moved(2), own(2)) },
    want: "c 0- redirect portal.carrier.test|www.example.com",
  },
  {
    name: "nobody else measures the other site",
    site: at(moved(1), own(1)),
    beside: { [NEWS]: { c: moved(2) } },
    want: "c 0- redirect portal.carrier.test|www.example.com",
  },
  {
    name: "it came over a certificate that holds",
    url: "https://www.example.com/",
    site: at({ ...moved(1), finalUrl: "https://login.owner.test/" }, own(1)),
    beside: {
      "https://news.example.net/": at({ ...moved(2), finalUrl: "https://login.owner.test/" }, own(2)),
    },
    want: "",
  },
  {
    name: "an error page of a content network is the same for all its sites",
    site: at({ ...page(1), status: 503 }, own(1)),
    beside: {
      [NEWS]: at({ ...page(2), status: 503 }, own(2)),
      [SHOP]: at({ ...page(3), status: 503 }, own(3)),
    },
    want: "",
  },
];

for (const [title, cases] of [
  ["told", told],
  ["accuses nobody", nobody],
] as const) {
  describe(title, () => {
    for (const { name, site, beside, want, url = URL_OF } of cases) {
      test(name, () => {
        const others = Object.entries(beside).map(([other, answers]) => [other, [answers]] as const);
        const { events } = judged([site], { m: 1, url, beside: Object.fromEntries(others) });
        const [event] = events;
        const sorted: AlteredEvent[] = event
          ? [{ ...event, differs: [...event.differs].sort((a, b) => (a.what < b.what ? -1 : 1)) }]
          : [];
        assert.equal(storyOf(sorted), want);
      });
    }
  });
}

test("it is over when the site's own answer is back", () => {
  const fine = at(own(1), own(1));
  const hit = at(moved(1), own(1));
  const besides = [at(moved(2), own(2)), at(moved(2), own(2)), at(own(2), own(2)), at(own(2), own(2))];
  const { events } = judged([hit, hit, fine, fine], { beside: { [NEWS]: besides } });
  assert.equal(events.length, 1);
  assert.equal(events[0]?.toS, 2 * STEP);
});

test("through the evaluator: the other targets are read from the store when an answer asks for them", async () => {
  const world = await makeWorld({ url: URL_OF });
  const other = await world.registry.targets.create({ name: "news", url: NEWS, cron: "* * * * *" });
  const alert = world.alert();
  alert.start();
  for (const _ of [1, 2, 3]) {
    await world.clock.advance(5_000);
    const tick = world.tick();
    const records = [moved(2), own(2), own(2)].map((said, i) => ({
      vantage: ["cnc", "ct", "cmcc"][i] ?? "",
      carrier: ["cnc", "ct", "cmcc"][i] ?? "",
      epoch: "0123456789abcdef",
      receivedMs: world.clock.nowMs(),
      skewMs: 0,
      sample: { ...sampleSaying(tick, said), target: other.id, seq: tick },
    }));
    await world.store.samples.put(records, world.clock.nowMs());
    await world.reportSamples({
      cnc: sampleSaying(tick, moved(1)),
      ct: sampleSaying(tick, own(1)),
      cmcc: sampleSaying(tick, own(1)),
    });
    await world.clock.advance(STEP * 1000 - 5_000);
  }
  const [event] = await world.store.events.list({ target: world.target.id, kinds: ["altered"], limit: 9 });
  assert.ok(event?.kind === "altered");
  assert.deepEqual(event.differs.map(({ what }) => what).sort(), ["portal", "redirect"]);
  assert.equal(
    event.differs.find(({ what }) => what === "portal")?.here,
    "portal.carrier.test (= example.net)",
  );
  await alert.stop();
});
