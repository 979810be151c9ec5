/**
 * What the hops of a measurement show besides their times: who answered, over what, with which head. Pure.
 *
 * The last hop speaks for the measurement; with redirects every hop is listed. Everything a server sent is hostile text: one
 * line, cut to the wire's lengths. Absent = not reached or not known.
 */
import { RECEIVE_RATE_MIN_BYTES, toPdp, usOf } from "../../collector/wire/metric.ts";
import type { Detail, HeadDetail, HopDetail } from "../../collector/wire/sample.ts";
import type { Hop } from "./hop.ts";
import type { Headers } from "./http1/head.ts";
import { type Marks, phasesOf, tlsNetMsOf } from "./phases.ts";
import type { WayFacts } from "./reach.ts";
import { oneLine } from "./text.ts";

/** Hops that the wire takes. */
const MAX_HOPS = 11;
const MAX_ANSWERS = 32;
const WHOLE = /^\d{1,15}$/;

/**
 * The detail of a trail.
 *
 * @param hops In order; the last one may have failed. Empty = nothing was begun.
 * @param about Where it ended, and from the first start to the last hop's, us; null = without redirects.
 */
export function detailOf(
  hops: readonly Hop[],
  about: { readonly finalUrl: string | null; readonly redirectUs: number | null },
): Detail {
  const detail: Detail = {};
  const last = hops.at(-1);
  if (!last) return detail;
  addWay(detail, last);
  addAnswer(detail, last);
  if (about.redirectUs === null) return detail;
  detail.redirects = Math.min(hops.length - 1, 20);
  detail.redirectUs = about.redirectUs;
  if (about.finalUrl !== null) detail.finalUrl = about.finalUrl.slice(0, 2048);
  detail.hops = hops.slice(-MAX_HOPS).map(hopDetailOf);
  return detail;
}

/** Who answered, and over what. */
export function addWay(detail: Detail, hop: Readonly<WayFacts> & Pick<Hop, "marks">): void {
  if (hop.address !== null) detail.address = hop.address.slice(0, 64);
  if (hop.family !== null) detail.family = hop.family;
  if (hop.localAddress !== null) detail.localAddress = hop.localAddress.slice(0, 64);
  if (hop.resolver !== null) detail.resolver = hop.resolver.slice(0, 64);
  if (hop.answers) detail.answers = hop.answers.slice(0, MAX_ANSWERS);
  if (hop.tlsProtocol !== null) detail.tlsProtocol = hop.tlsProtocol.slice(0, 16);
  if (hop.certificate) detail.certificate = hop.certificate;
  if (hop.unverified) detail.unverified = true;
  const tlsNetMs = tlsNetMsOf(hop.marks);
  if (tlsNetMs !== null) detail.tlsNetUs = usOf(tlsNetMs);
}

function addAnswer(
  detail: Detail,
  { answer, status, headers, wireBytes, headerBytes, marks, protocol }: Hop,
): void {
  if (headerBytes !== null) detail.headerBytes = headerBytes;
  if (status === null) return;
  detail.status = status;
  detail.protocol = protocol;
  const head = headers === null ? {} : headDetailOf(headers);
  if (Object.keys(head).length > 0) detail.head = head;
  if (wireBytes !== null) detail.wireBytes = wireBytes;
  const body = answer?.body ?? null;
  if (body === null) return;
  detail.wireBytes = body.wireBytes;
  if (body.bodyBytes !== null) detail.bodyBytes = body.bodyBytes;
  const rate = receiveBps(body.wireBytes, marks);
  if (rate !== null) detail.receiveBps = rate;
}

/** What a cache, a proxy or a carrier on the way could have written. */
function headDetailOf(headers: Headers): HeadDetail {
  const text = (name: string) => {
    const value = headers.get(name);
    return value === undefined ? undefined : oneLine(value, 128);
  };
  const whole = (name: string) => {
    const value = headers.get(name);
    return value !== undefined && WHOLE.test(value) ? Number(value) : undefined;
  };
  const head: HeadDetail = {};
  const via = text("via");
  const server = text("server");
  const ageS = whole("age");
  const contentLength = whole("content-length");
  if (via !== undefined) head.via = via;
  if (server !== undefined) head.server = server;
  if (ageS !== undefined) head.ageS = ageS;
  if (contentLength !== undefined) head.contentLength = contentLength;
  return head;
}

function hopDetailOf({ url, status, address, marks }: Hop): HopDetail {
  const phases = phasesOf(marks);
  const us = (ms: number | null) => (ms === null ? null : usOf(ms));
  return {
    url: oneLine(url.href, 512),
    ...(status === null ? {} : { status }),
    ...(address === null ? {} : { address: address.slice(0, 64) }),
    dns: us(phases.dns),
    connect: us(phases.connect),
    tls: us(phases.tls),
    wait: us(phases.wait),
    transfer: us(phases.transfer),
  };
}

/**
 * Bytes per second while the body came.
 *
 * @returns Null under 100 kB, and when it came within one round trip (the time of the connect): then it had been sent before
 *   the first byte was acknowledged, and the rate says nothing about the way.
 */
export function receiveBps(wireBytes: number, marks: Marks): number | null {
  const { connect, transfer } = phasesOf(marks);
  if (wireBytes < RECEIVE_RATE_MIN_BYTES || connect === null || transfer === null) return null;
  if (transfer < connect) return null;
  return toPdp((wireBytes * 1000) / Math.max(0.001, transfer)).value;
}
