/** Invented addresses, events, routes and samples with everything in them: of the shapes in collector/wire. */
import type { TargetAddresses } from "../../../collector/wire/api-addresses.ts";
import type { SampleView } from "../../../collector/wire/api-overview.ts";
import type { ChartEvent, Difference, Event } from "../../../collector/wire/event.ts";
import type { PathEvidence } from "../../../collector/wire/path-evidence.ts";
import { NO_TIMINGS, type Sample } from "../../../collector/wire/sample.ts";
import { availability, NOW_MS, NOW_S, type Story, sampleOf } from "./fixtures.ts";

const TICK = Math.floor(NOW_S / 300) * 300;
const CT = { asn: 4134, name: "China Telecom", carrier: "ct" };
const CNC = { asn: 4837, name: "China Unicom", carrier: "cnc" };

export const PATH: PathEvidence = {
  takenMs: NOW_MS - 600_000,
  tool: "mtr",
  address: "203.0.113.10",
  port: 443,
  hops: [
    { ttl: 1, address: "192.0.2.1", timesMs: [0.4, 0.5, 0.4] },
    { ttl: 2, address: "198.51.100.1", timesMs: [2.1, 2.4, 2.2], hint: CNC },
    { ttl: 3, address: null, timesMs: [] },
    { ttl: 4, address: null, timesMs: [] },
    { ttl: 5, address: "198.51.100.77", timesMs: [31, 42, 33], hint: CT },
  ],
  reached: false,
  answers: ["203.0.113.10", "203.0.113.11"],
  resolver: "198.51.100.53",
  chain: [{ subject: "CN=*.example.com", issuer: "CN=<b>Evil</b> CA", notAfterS: NOW_S + 5_000_000 }],
  head: "HTTP/1.1 302 Found\r\nLocation: http://<img src=x onerror=alert(1)>/",
};

/** What the probe of a host without any tool sends. */
export const NO_TOOL: PathEvidence = {
  ...PATH,
  tool: null,
  hops: [],
  chain: [],
  note: "install one of tcptraceroute, mtr, traceroute, tracepath",
};

export const DIFFERS: Difference[] = [
  { what: "via", here: "1.1 cache <script>", elsewhere: "" },
  { what: "age", here: "5400", elsewhere: "" },
  { what: "length", here: "131072", elsewhere: "184320" },
];

export const pathEvent = (target: string, evidence = PATH): Event => ({
  ...{ id: `path/cnc-1/${evidence.tool}`, kind: "path", atS: TICK, target, vantage: "cnc-1" },
  evidence,
});

export const eventsOf = (target: string): ChartEvent[] => [
  {
    ...{ id: "path/cnc-1/mtr", kind: "path", atS: TICK, target, vantage: "cnc-1" },
    ...{ tool: "mtr", hops: 5, reached: false },
  },
  {
    ...{ id: "a", kind: "addresses", atS: TICK - 300, target, vantage: "ct-1" },
    ...{ added: ["203.0.113.11"], gone: ["203.0.113.9"] },
  },
  {
    ...{ id: "e", kind: "egress", atS: TICK - 4000, target: null, vantage: "cnc-1" },
    ...{ from: "198.51.100.89", to: "198.51.100.30", fromHint: CNC, toHint: CT },
  },
  {
    ...{ id: "x", kind: "altered", atS: TICK - 5000, target, vantage: null, carrier: "cnc" },
    ...{ toS: TICK - 2000, differs: DIFFERS },
  },
  // Later samples took it back: it is told nowhere.
  {
    ...{ id: "w", kind: "altered", atS: TICK - 6000, target, vantage: null, carrier: "cmcc" },
    ...{ toS: TICK - 6000, differs: DIFFERS },
  },
];

export function addressesOf(story: Story): TargetAddresses {
  const one = (address: string, state: "up" | "down" | "unknown", live = true) => ({
    ...{ address, live, state, firstS: NOW_S - 8e5, lastS: live ? TICK : TICK - 9e4 },
    latest: { ...sampleOf(story, "ct"), sample: { ...sampleOf(story, "ct").sample, address } },
    availability24h: availability(state === "down" ? 9 : 0, 0, 288),
    ...(address.startsWith("ip") ? {} : { hint: CT }),
  });
  const other = { count: 0, addresses: [] };
  return {
    target: story.id,
    vantages: [
      {
        ...{ vantage: "ct-1", carrier: "ct" },
        addresses: [
          one("203.0.113.10", "up"),
          one("2001:db8:0:0:0:0:0:10", "down"),
          one("203.0.113.9", "unknown", false),
        ],
        other: { count: 14, addresses: [{ address: "203.0.113.77", lastS: TICK, count: 14 }] },
      },
      { ...{ vantage: "cnc-1", carrier: "cnc" }, addresses: [one("203.0.113.10", "up")], other },
    ],
    nowS: NOW_S,
  };
}

const hop = (url: string, status: number, wait: number) => ({
  ...{ url, status, address: "203.0.113.10", dns: 9000, connect: 14_000, tls: 26_000, wait, transfer: 2000 },
});

/** A sample with every field a measurement over http can have. */
export function fullSample(story: Story): SampleView {
  const view = sampleOf(story, "ct");
  const detail: Sample["detail"] = {
    ...view.sample.detail,
    ...{ redirects: 1, finalUrl: "https://www.example.com/home", tlsNetUs: 18_000, headerBytes: 412 },
    ...{ localAddress: "192.0.2.44", resolver: "198.51.100.53", loopDelayMs: 0.4, unverified: true },
    hops: [hop("http://www.example.com/", 301, 30_000), hop("https://www.example.com/home", 200, 90_000)],
    answers: [{ address: "203.0.113.10", ttlS: 60 }, { address: "203.0.113.11" }],
    head: { via: "1.1 cache <script>", server: "nginx", ageS: 90, contentLength: 70_000 },
    addresses: { up: 2, of: 3, other: 1 },
    note: "a note",
  };
  const certificate = view.sample.detail.certificate;
  if (certificate)
    detail.certificate = { ...certificate, chain: ["Example CA", "Root CA"], problem: "self signed" };
  return { ...view, sample: { ...view.sample, detail } };
}

/** A sample of a kind that has no answer: what it measured and what is special to it. */
export function kindSample(story: Story, kind: "ping" | "dns" | "tcp" | "tls"): SampleView {
  const view = sampleOf(story, "ct");
  const phases = { dns: 9000, connect: 14_000, tls: 26_000 };
  const timings = {
    ping: { ...NO_TIMINGS, dns: phases.dns, connect: phases.connect, total: 23_000 },
    tcp: { ...NO_TIMINGS, dns: phases.dns, connect: phases.connect, total: 23_000 },
    tls: { ...NO_TIMINGS, ...phases, total: 49_000 },
    dns: { ...NO_TIMINGS, dns: phases.dns, total: 9000 },
  }[kind];
  const detail = {
    ping: { address: "203.0.113.10", ping: { sent: 5, received: 4, minUs: 12_000, maxUs: 19_000 } },
    tcp: { address: "203.0.113.10" },
    tls: { address: "203.0.113.10", tlsProtocol: "TLSv1.3", tlsNetUs: 14_000 },
    dns: { resolver: "198.51.100.53", records: ["10 mx1.example.com", "20 mx2.example.com"] },
  }[kind];
  return { ...view, sample: { ...view.sample, timings, detail } };
}
