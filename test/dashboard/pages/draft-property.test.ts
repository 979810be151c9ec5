/** Whatever a target says, its form says too: kept to the letter when untouched, the same when typed anew. */
import assert from "node:assert/strict";
import test from "node:test";
import { examineTarget } from "../../../collector/registry/target-rules.ts";
import { TargetInput } from "../../../collector/wire/target.ts";
import { translate } from "../../../dashboard/i18n/translate.ts";
import { draftOf, inputOf } from "../../../dashboard/pages/form/draft.ts";
import { problemsOf } from "../../../dashboard/pages/form/problems.ts";
import { leftOut } from "../../../dashboard/pages/form/sections.ts";
import { fc } from "../../support/property.ts";
import { AROUND, anyTarget, KINDS } from "./any-target.ts";

const t = translate("en");
const RUNS = { numRuns: 40 };
const EXAMPLES: Readonly<Record<string, string>> = {
  https: "https://b.example.com/",
  http: "http://b.example.com/",
  tcp: "tcp://b.example.com:25",
  tls: "tls://b.example.com",
  ping: "ping://b.example.com:80",
  dns: "dns://b.example.com?type=TXT",
};

for (const kind of KINDS) {
  test(`an untouched form of any ${kind} target sends it back to the letter, and finds nothing wrong`, () => {
    fc.assert(
      fc.property(anyTarget(kind), (target) => {
        assert.deepEqual(inputOf(draftOf(target), target), target);
        assert.deepEqual(problemsOf(draftOf(target), t), {});
        assert.deepEqual(leftOut(draftOf(target)), []);
      }),
      RUNS,
    );
  });

  test(`any ${kind} target typed anew is the same target`, () => {
    fc.assert(
      fc.property(anyTarget(kind), (target) => {
        const typed = TargetInput.parse(JSON.parse(JSON.stringify(inputOf(draftOf(target), null))));
        assert.deepEqual(withoutEmpty(typed), withoutEmpty(target));
      }),
      RUNS,
    );
  });

  test(`any ${kind} target given a URL of another kind is accepted, and is itself again with its own`, () => {
    fc.assert(
      fc.property(anyTarget(kind), fc.constantFrom(...KINDS), (target, other) => {
        const draft = { ...draftOf(target), url: EXAMPLES[other] ?? "" };
        const examined = examineTarget(inputOf(draft, target), AROUND);
        assert.deepEqual(examined.ok ? [] : examined.issues, []);
        assert.deepEqual(inputOf({ ...draft, url: target.url }, target), target);
      }),
      RUNS,
    );
  });
}

/** An object of options with nothing in it says what its absence says, and so does an address option at its default. */
function withoutEmpty(target: TargetInput): unknown {
  const { request, tls, addresses, ...rest } = target;
  const options = { measure: "one", up: "majority", max: 8, cache: false };
  const said = Object.entries(addresses ?? {}).filter(([key, value]) => Reflect.get(options, key) !== value);
  // Of one address and of families, how many at most means nothing.
  const kept = addresses?.measure === "every" ? said : said.filter(([key]) => key !== "max");
  return { ...rest, request: { ...request }, tls: { ...tls }, addresses: Object.fromEntries(kept) };
}

test("what the form does not know of an edited target stays, beside what was changed", () => {
  const target = {
    ...TargetInput.parse({
      name: "shop",
      url: "https://example.com/",
      request: { body: "x" },
      method: "POST",
    }),
    later: { a: 1 },
  };
  Object.assign(target.request ?? {}, { sooner: true });
  Object.assign(target.expect, { mood: "good" });
  const draft = {
    ...draftOf(target),
    name: "shop 2",
    body: "welcome",
    requestBody: "y",
    serverName: "a.example.com",
  };
  assert.deepEqual(inputOf(draft, target), {
    ...target,
    name: "shop 2",
    request: { body: "y", sooner: true },
    expect: { status: ["200-299"], mood: "good", bodyContains: "welcome" },
    tls: { serverName: "a.example.com" },
  });
});

test("a setting that is emptied is absent again, and its object with it", () => {
  const target = TargetInput.parse({
    name: "shop",
    url: "https://example.com/",
    request: { http: "2" },
    tls: { serverName: "a.example.com" },
    addresses: { pin: "192.0.2.7" },
    expect: { json: [{ path: "a" }], minBytes: 7 },
  });
  const draft = { ...draftOf(target), http2: false, serverName: " ", pin: "", json: [], minBytes: "" };
  const input = inputOf(draft, target);
  assert.deepEqual(
    [input["request"], input["tls"], input["expect"]],
    [undefined, undefined, { status: ["200-299"] }],
  );
  assert.deepEqual(input["addresses"], { measure: "one", up: "majority", max: 8, cache: false });
});

test("a new target names only what was said", () => {
  const draft = {
    ...draftOf(TargetInput.parse({ name: "a", url: "https://example.com/" })),
    pin: "192.0.2.7",
  };
  const input = inputOf(draft, null);
  assert.deepEqual(input["addresses"], { pin: "192.0.2.7" });
  assert.deepEqual(
    ["request", "tls"].filter((key) => key in input),
    [],
  );
  assert.deepEqual(input["expect"], { status: ["200-299"] });
});

test("what can be said in two ways stays as it was said", () => {
  const target = TargetInput.parse({
    name: "shop",
    url: "https://example.com/",
    from: { all: true, carriers: ["ct"], tags: ["two words, one comma"] },
    request: { headers: [], body: "", http: "1.1" },
    tls: { verify: true },
    addresses: {},
    expect: { json: [], records: [], bodyMatches: " " },
    alarm: { lines: { ttfb: { limit: 80, carriers: { ct: null } } } },
  });
  assert.deepEqual(inputOf({ ...draftOf(target), name: "shop 2" }, target), { ...target, name: "shop 2" });
});
