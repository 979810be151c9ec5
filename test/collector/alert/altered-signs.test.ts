/** Which answers say that somebody on the way altered them, and which differ for good reasons: both sides of each rule. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Answers, FINE, judged, REAL, type Said, storyOf, URL_OF } from "./altered-ticks.ts";

const FOREIGN = { subject: "www.example.com", issuer: "Carrier CA", notAfterS: 1, fingerprint256: "EE" };
const SELF = "DEPTH_ZERO_SELF_SIGNED_CERT";
const tlsDown = (
  certificate: Said["certificate"],
  cause: "certificate-untrusted" | "certificate-name",
): Said => ({
  failure: { phase: "tls", cause, source: "target" },
  address: "203.0.113.7",
  ...(certificate ? { certificate } : {}),
});
const nxdomain: Said = { failure: { phase: "dns", cause: "nxdomain", source: "target" } };
const refused: Said = { failure: { phase: "connect", cause: "connection-refused", source: "target" } };
const cut = (cause: "tls-reset" | "reset-before-answer" | "body-reset"): Said => ({
  failure: { phase: cause === "tls-reset" ? "tls" : "wait", cause, source: "target" },
});
const at = (address: string): Said => ({ ...FINE, answers: [{ address }] });
const moved = (url: string): Said => ({ ...FINE, finalUrl: url, redirects: 1 });
const sized = (bodyBytes: number): Said => ({ ...FINE, bodyBytes });
const headed = (head: Said["head"]): Said => ({ ...FINE, ...(head ? { head } : {}) });
const showing = (certificate: Said["certificate"]): Said => ({
  ...FINE,
  ...(certificate ? { certificate } : {}),
});

type Case = { readonly name: string; readonly ticks: Answers; readonly want: string; readonly url?: string };

/** Carrier c is the one that may be altered; a and b are the others. */
function three(c: Said, a: Said = FINE, b: Said = a): Answers {
  return { a, b, c };
}
const two = (c: Said, a: Said = FINE): Answers => ({ a, c });

const HOP = { address: "93.184.216.34", dns: null, connect: null, tls: null, wait: null, transfer: null };
const TLS = "https://www.example.com/";
const hop = (url: string) => ({ ...HOP, url });

const WEB = "93.184.216.34";
const CERT = "www.example.com (R11)";
const cases: readonly Case[] = [
  { name: "all alike", ticks: three(FINE), want: "" },

  {
    name: "a name that does not exist at one of three",
    ticks: three(nxdomain),
    want: `c answers NXDOMAIN|${WEB}`,
  },
  { name: "a name that does not exist at one of two", ticks: two(nxdomain), want: "" },
  { name: "a name that exists for one of three only", ticks: three(FINE, nxdomain), want: "" },
  {
    name: "other public addresses for each carrier",
    ticks: three(at("8.8.8.8"), at("9.9.9.9"), FINE),
    want: "",
  },
  { name: "a private address, of two", ticks: two(at("10.0.0.1")), want: `c answers 10.0.0.1|${WEB}` },
  { name: "a shared address, of two", ticks: two(at("100.64.0.1")), want: `c answers 100.64.0.1|${WEB}` },
  {
    name: "a private address that the guard stopped at",
    ticks: two({ guard: true, answers: [{ address: "0.0.0.0" }] }),
    want: `c answers 0.0.0.0|${WEB}`,
  },
  { name: "a private address everywhere", ticks: three(at("10.0.0.1"), at("10.0.0.2")), want: "" },
  {
    name: "a public address in the clothes of NAT64",
    ticks: three({ ...FINE, answers: [{ address: "64:ff9b::5db8:d822" }] }),
    want: "",
  },
  {
    name: "one private address among public ones",
    ticks: three({ ...FINE, answers: [{ address: "10.0.0.1" }, { address: WEB }] }),
    want: "",
  },
  {
    name: "a resolver that answers every name, of two",
    ticks: two({
      failure: { phase: "dns", cause: "hijacked", source: "resolver" },
      answers: [{ address: "202.96.0.9" }],
    }),
    want: `c answers 202.96.0.9|${WEB}`,
  },

  {
    name: "a certificate of somebody else, of two",
    ticks: two(tlsDown({ ...FOREIGN, problem: SELF }, "certificate-untrusted")),
    want: `c certificate www.example.com (Carrier CA)|${CERT}`,
  },
  {
    name: "a portal's certificate of the same authority, of two",
    ticks: two(
      tlsDown(
        { ...FOREIGN, subject: "portal.test", issuer: "R11", problem: "ERR_TLS_CERT_ALTNAME_INVALID" },
        "certificate-name",
      ),
    ),
    want: `c certificate portal.test (R11)|${CERT}`,
  },
  { name: "a renewed certificate", ticks: three(showing({ ...REAL, fingerprint256: "BB" })), want: "" },
  { name: "another authority that holds", ticks: three(showing({ ...FOREIGN })), want: "" },
  {
    name: "an edge whose certificate of the same authority has expired",
    ticks: three(
      tlsDown({ ...REAL, fingerprint256: "BB", problem: "CERT_HAS_EXPIRED" }, "certificate-untrusted"),
    ),
    want: "",
  },
  {
    name: "the same certificate, which one vantage does not trust",
    ticks: three(tlsDown({ ...REAL, problem: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" }, "certificate-untrusted")),
    want: "",
  },
  {
    name: "a certificate that holds nowhere",
    ticks: three(
      tlsDown({ ...FOREIGN, problem: SELF }, "certificate-untrusted"),
      tlsDown({ ...REAL, problem: SELF }, "certificate-untrusted"),
    ),
    want: "",
  },
  {
    name: "where nobody verifies, one that is not the others'",
    ticks: three(showing({ ...FOREIGN, problem: SELF }), {
      ...showing({ ...REAL, problem: SELF }),
      unverified: true,
    }),
    want: "",
  },
  {
    name: "where nobody verifies, another one of another authority",
    ticks: three(
      { ...showing({ ...FOREIGN, problem: SELF }), unverified: true },
      { ...showing({ ...REAL, problem: SELF }), unverified: true },
    ),
    want: `c certificate www.example.com (Carrier CA)|${CERT}`,
  },

  {
    name: "sent to another site, of two",
    ticks: two(moved("http://portal.carrier.test/")),
    want: "c redirect portal.carrier.test|www.example.com",
  },
  {
    name: "sent to an address",
    ticks: three(moved("http://202.96.0.9/block")),
    want: "c redirect 202.96.0.9|www.example.com",
  },
  { name: "sent to another host of the same site", ticks: three(moved("https://m.example.com/")), want: "" },
  {
    name: "everybody sent to the same other site",
    ticks: three(moved("https://example.net/"), moved("https://example.net/")),
    want: "",
  },
  {
    name: "a redirect that is not followed, of three",
    ticks: three({ ...FINE, status: 302, bodyBytes: 0 }),
    want: "c status 302|200",
  },
  {
    name: "a redirect that is not followed, of two",
    ticks: two({ ...FINE, status: 302, bodyBytes: 0 }),
    want: "",
  },
  { name: "an error at one", ticks: three({ ...FINE, status: 503 }), want: "" },
  { name: "forbidden at one", ticks: three({ ...FINE, status: 403 }), want: "" },
  { name: "an answer where the others get an error", ticks: three(FINE, { ...FINE, status: 502 }), want: "" },
  {
    name: "a page where the others get none",
    ticks: three(FINE, { ...FINE, status: 404 }),
    want: "c status 200|404",
  },

  { name: "another length, of three", ticks: three(sized(5_032)), want: "c length 5032|5000" },
  { name: "another length, of two", ticks: two(sized(5_032)), want: "" },
  { name: "a length that differs by the visitor's address", ticks: three(sized(5_031)), want: "" },
  {
    name: "lengths that differ everywhere",
    ticks: three(sized(9_000), sized(5_000), sized(5_001)),
    want: "",
  },
  {
    name: "a length cut short",
    ticks: three({
      ...sized(100),
      failure: { phase: "transfer", cause: "body-truncated", source: "target" },
    }),
    want: "",
  },
  {
    name: "another page that the rule refused",
    ticks: three({ ...sized(100), failure: { phase: "content", cause: "content", source: "target" } }),
    want: "c length 100|5000",
  },

  {
    name: "a proxy on the way of one",
    ticks: three(headed({ server: "nginx", via: "1.1 box" })),
    want: "c via 1.1 box|",
  },
  {
    name: "a proxy on the way of one of two",
    ticks: two(headed({ server: "nginx", via: "1.1 box" })),
    want: "",
  },
  {
    name: "a proxy everywhere",
    ticks: three(headed({ via: "1.1 edge-3" }), headed({ via: "1.1 edge-1" })),
    want: "",
  },
  {
    name: "another content network for one carrier",
    ticks: three({ ...at("8.8.8.8"), address: "8.8.8.8", head: { server: "edge", via: "1.1 edge" } }),
    want: "",
  },
  {
    name: "another content network without a name of its own",
    ticks: three({ ...at("8.8.8.8"), address: "8.8.8.8", head: { via: "1.1 edge" } }, headed({})),
    want: "",
  },

  {
    name: "over TLS that holds, sent to another site",
    url: TLS,
    ticks: two(moved("http://cdn.test/")),
    want: "",
  },
  {
    name: "over TLS that nobody verifies, sent to another site",
    url: TLS,
    ticks: two({ ...moved("http://portal.carrier.test/"), unverified: true }),
    want: "c redirect portal.carrier.test|www.example.com",
  },
  {
    name: "sent on by a plain hop after one over TLS",
    url: TLS,
    ticks: two({
      ...moved("http://portal.test/"),
      hops: [TLS, "http://a.test/", "http://portal.test/"].map(hop),
    }),
    want: "c redirect portal.test|www.example.com",
  },
  { name: "over TLS that holds, another length", url: TLS, ticks: three(sized(9_000)), want: "" },
  { name: "over TLS that holds, another status", url: TLS, ticks: three({ ...FINE, status: 204 }), want: "" },
  {
    name: "over TLS that holds, a cache of the site's own for one carrier",
    url: TLS,
    ticks: three(headed({ server: "nginx", via: "1.1 edge" })),
    want: "",
  },
  {
    name: "a plain URL that ends over TLS of the same site, another length",
    ticks: three(
      { ...sized(9_000), finalUrl: TLS, hops: [URL_OF, TLS].map(hop) },
      { ...FINE, finalUrl: TLS },
    ),
    want: "",
  },
  {
    name: "over TLS, a request cut",
    url: TLS,
    ticks: three(cut("reset-before-answer")),
    want: "c reset reset-before-answer|",
  },

  { name: "a handshake cut at one of three", ticks: three(cut("tls-reset")), want: "c reset tls-reset|" },
  { name: "a handshake cut at one of two", ticks: two(cut("tls-reset")), want: "" },
  {
    name: "handshakes cut at two of three",
    ticks: three(cut("tls-reset"), cut("tls-reset"), FINE),
    want: "",
  },
  { name: "a request cut", ticks: three(cut("reset-before-answer")), want: "c reset reset-before-answer|" },
  { name: "a refused connect", ticks: three(refused), want: "" },
  {
    name: "two of five, alike",
    ticks: { a: FINE, b: FINE, c: FINE, d: nxdomain, e: nxdomain },
    want: `d answers NXDOMAIN|${WEB}, e answers NXDOMAIN|${WEB}`,
  },
  { name: "two of four", ticks: { a: FINE, b: FINE, d: nxdomain, e: nxdomain }, want: "" },
  {
    name: "one vantage of two in the carrier",
    ticks: { a: FINE, b: FINE, c: FINE, "c/2": nxdomain },
    want: "",
  },
  {
    name: "two vantages of three in the carrier",
    ticks: { a: FINE, b: FINE, c: FINE, "c/2": nxdomain, "c/3": nxdomain },
    want: `c answers NXDOMAIN|${WEB}`,
  },
  { name: "one carrier alone", ticks: { c: nxdomain }, want: "" },
];

describe("two ticks running", () => {
  for (const { name, ticks, want, url = URL_OF } of cases) {
    test(name, () => {
      const story = storyOf(judged([ticks, ticks], { url }).events).replaceAll(/ 0- /g, " ");
      assert.equal(story, want);
    });
  }
  test("a site whose name redirects to another host of its own is compared by where the others ended", () => {
    const away = { ...moved("https://m.example.com/"), hops: [{ ...HOP, url: "https://www.example.com/" }] };
    const ticks = three(nxdomain, away);
    assert.equal(storyOf(judged([ticks, ticks]).events), "c 0- answers NXDOMAIN|93.184.216.34");
  });
});
