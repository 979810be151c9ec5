/** Arbitrary targets of every kind, each accepted by the collector's own rules: what the form must be able to carry. */
import { examineTarget, type Surroundings } from "../../../collector/registry/target-rules.ts";
import { METRICS } from "../../../collector/wire/metric.ts";
import { TargetInput } from "../../../collector/wire/target.ts";
import { fc } from "../../support/property.ts";
import { testCa } from "../../support/test-ca.ts";

export const AROUND: Surroundings = {
  carriers: ["ct", "cnc", "cmcc"],
  vantages: [],
  recipients: ["r1", "r2"],
  secrets: ["shop-password", "client-key"],
  clientKey: null,
  targets: [],
  nowS: 1_800_000_000,
  refusesLocally: () => null,
};

const URLS = {
  https: ["https://www.example.com/a?b=c", "https://例子.example:8443/"],
  http: ["http://www.example.com/"],
  tcp: ["tcp://mail.example.com:25"],
  tls: ["tls://www.example.com"],
  ping: ["ping://www.example.com:443?count=10"],
  dns: ["dns://example.com?type=MX&resolver=192.0.2.53"],
} as const;
export type AnyKind = keyof typeof URLS;
export const KINDS = Object.keys(URLS).filter((kind): kind is AnyKind => kind in URLS);

const SECRET = fc.constantFrom(...AROUND.secrets);
const PEM = testCa().cert;
/** Text that a person may type into one line: no blank at its ends. */
const line = (most: number) =>
  fc
    .string({ unit: "binary", minLength: 1, maxLength: most })
    .filter((text) => !/^\s|\s$|\p{Cc}/u.test(text));
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/);
const latin = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);
const pattern = fc.constantFrom("ok", '(?i)"status":\\s*"ok"', "^a{1,3}$", " blanks ");
const headerName = word.map((name) => `X-${name}`);
const limit = fc.oneof(fc.integer({ min: 1, max: 10_000_000 }), fc.constantFrom(0.5, 1000.25, 250.501));

const xff = fc.oneof(
  fc.constantFrom(0, 0.3, 0.5, 1e-7),
  fc.double({ min: 0, max: 0.999, noNaN: true }).map(Math.abs),
);

const jsonValue = fc.oneof(
  line(20),
  fc.constantFrom("", "7", "true", "null", '"', '"quoted"', "{}", " x "),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const jsonRule = fc.record(
  { path: fc.constantFrom("$", "a.b[0].c", '["a name"].x', "services[12]"), equals: jsonValue },
  { requiredKeys: ["path"] },
);

const answerRules = {
  status: fc.constantFrom(["200"], ["200-299", "304"]),
  bodyContains: line(40),
  bodyMatches: pattern,
  json: fc.array(jsonRule, { minLength: 1, maxLength: 4 }),
  headers: fc.array(fc.record({ name: headerName, matches: pattern }, { requiredKeys: ["name"] }), {
    minLength: 1,
    maxLength: 4,
  }),
  minBytes: fc.integer({ min: 1, max: 1000 }),
  maxBytes: fc.integer({ min: 1000, max: 100_000_000 }),
};
const certificateDays = { certificateDays: fc.integer({ min: 1, max: 3650 }) };
const records = { records: fc.array(line(40), { minLength: 1, maxLength: 4 }) };

const tls = fc.record(
  {
    ca: fc.constant(PEM),
    verify: fc.constant(false),
    clientCertificate: fc.record({ certificate: fc.constant(PEM), key: SECRET }),
    serverName: fc.constantFrom("www.example.com", "a"),
  },
  { requiredKeys: [] },
);
const auth = fc.oneof(
  fc.record({
    kind: fc.constant("basic"),
    user: latin.filter((user) => !user.includes(":")),
    secret: SECRET,
  }),
  fc.record({ kind: fc.constant("bearer"), secret: SECRET }),
);
const addresses = fc.oneof(
  fc.record({ pin: fc.constantFrom("192.0.2.7", "2001:db8::7"), cache: fc.boolean() }, { requiredKeys: [] }),
  fc.record(
    {
      measure: fc.constantFrom("families", "every"),
      up: fc.constantFrom("majority", "all", "any", 1, 2),
      max: fc.integer({ min: 2, max: 32 }),
      cache: fc.boolean(),
    },
    { requiredKeys: ["measure"] },
  ),
);

const requestOf = (kind: AnyKind, body: boolean) =>
  fc.record(
    {
      headers: fc.array(fc.record({ name: headerName, value: latin }), { minLength: 1, maxLength: 4 }),
      auth,
      ...(body ? { body: fc.string({ minLength: 1, maxLength: 60 }) } : {}),
      ...(kind === "https" ? { http: fc.constant("2") } : {}),
    },
    { requiredKeys: [] },
  );

function fieldsOf(kind: AnyKind): Record<string, fc.Arbitrary<unknown>> {
  const http = kind === "http" || kind === "https";
  const secure = kind === "https" || kind === "tls";
  const rules = {
    ...(http ? answerRules : {}),
    ...(secure ? certificateDays : {}),
    ...(kind === "dns" ? records : {}),
  };
  return {
    from: fc.constantFrom({ all: true }, { carriers: ["ct"], tags: ["east", "north"] }),
    expect: fc.record(rules, { requiredKeys: [] }),
    alarm: fc.record(
      {
        lines: fc.dictionary(fc.constantFrom(...METRICS), fc.record({ limit }), { maxKeys: 3 }),
        ticks: fc.integer({ min: 1, max: 60 }),
        carriers: fc.constantFrom("majority", 2),
      },
      { requiredKeys: [] },
    ),
    yMax: fc.record({ total: limit, ...(http ? { speed: limit } : {}) }, { requiredKeys: [] }),
    timeouts: fc.record({ connectMs: fc.integer({ min: 100, max: 9000 }) }, { requiredKeys: [] }),
    archives: fc
      .tuple(fc.constantFrom([1], [1, 6], [1, 2, 24]), fc.integer({ min: 1, max: 700 }), xff)
      .map(([set, rows, share]) => set.map((steps) => ({ steps, rows, xff: share }))),
    last: fc.constant(true as const),
    ...(http ? { percentiles: fc.constant(["ttfb"] as const) } : {}),
    recipients: fc.constantFrom(null, [], ["r1"]),
    ...(secure ? { tls } : {}),
    ...(kind === "dns" ? {} : { addresses, family: fc.constantFrom("any", "ipv4", "ipv6") }),
    ...(http
      ? {
          redirects: fc.integer({ min: 0, max: 10 }),
          bodyCapBytes: fc.integer({ min: 1000, max: 100_000_000 }),
        }
      : {}),
  };
}

/** A target of one kind with any of its settings, as the registry would store it. */
export function anyTarget(kind: AnyKind): fc.Arbitrary<TargetInput> {
  const http = kind === "http" || kind === "https";
  const base = {
    name: line(30).filter((name) => !/[\p{Cf}\u2028\u2029]/u.test(name)),
    url: fc.constantFrom(...URLS[kind]),
    group: fc.constantFrom("", "shop"),
    cron: fc.constantFrom("*/5 * * * *", "*/10 * * * * *"),
    timeZone: fc.constantFrom("UTC", "Asia/Shanghai"),
  };
  const plain = fc.record({ ...base, ...fieldsOf(kind) }, { requiredKeys: ["name", "url", "group"] });
  const whole = http
    ? fc
        .tuple(plain, fc.constantFrom("GET", "POST"))
        .chain(([input, method]) =>
          fc
            .record({ request: requestOf(kind, method === "POST") }, { requiredKeys: [] })
            .map((more) => ({ ...input, method, ...more })),
        )
    : plain;
  return whole.filter((input) => examineTarget(input, AROUND).ok).map((input) => TargetInput.parse(input));
}
