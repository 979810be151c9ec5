/**
 * Addresses: what the collector keeps of those behind a target and of those its vantages come from, and what pages see.
 *
 * An address is live while it has a series that takes samples; at most `addresses.max` are at a time for a target and a
 * vantage. What there is beyond that is counted as other. Ticks and times are UTC seconds.
 */
import * as z from "zod";
import { Availability } from "./api-chart.ts";
import { SampleView } from "./api-overview.ts";
import { Archives } from "./archives.ts";
import { Event } from "./event.ts";
import { Id, Seconds } from "./ids.ts";
import { NetworkHint } from "./path-evidence.ts";
import { SeriesAddress, State } from "./sample.ts";

/** What is left out of the series: samples of addresses that found no place. */
export const OtherAddresses = z.strictObject({
  /** Samples, since the first. */
  count: z.int().min(0),
  /** Those seen last, newest first; the count above goes on when one falls out. */
  addresses: z
    .array(
      z.strictObject({
        address: SeriesAddress,
        /** Since then it was seen at every tick, up to `lastS`. */
        sinceS: Seconds.optional(),
        lastS: Seconds,
        count: z.int().min(1),
      }),
    )
    .max(32),
});
export type OtherAddresses = z.infer<typeof OtherAddresses>;

/** Registry kind "addresses", one of each target and vantage: which addresses have a place. */
export const AddressBook = z.strictObject({
  live: z.array(
    z.strictObject({
      address: SeriesAddress,
      /** First and newest tick it was measured at. */
      firstS: Seconds,
      lastS: Seconds,
      /** The most ticks running it was missing and then came back: what rotation does to it. */
      mostMissed: z.int().min(0),
      /** It is no longer among the target's addresses; its series keeps its place until another needs it. */
      gone: z.boolean(),
    }),
  ),
  /** Lost their place: to be exported, then purged. */
  leaving: z.array(z.strictObject({ address: SeriesAddress, lastS: Seconds })),
  other: OtherAddresses,
});
export type AddressBook = z.infer<typeof AddressBook>;

/** One address, or family, of a target at a vantage. */
export const AddressView = z.strictObject({
  /** An IP address, "ipv4" or "ipv6". */
  address: SeriesAddress,
  /** False: no longer among the target's addresses, or its place went to another. */
  live: z.boolean(),
  /** Unknown when nothing is fresh. */
  state: State,
  latest: SampleView.nullable(),
  availability24h: Availability,
  firstS: Seconds,
  lastS: Seconds,
  hint: NetworkHint.optional(),
});
export type AddressView = z.infer<typeof AddressView>;

export const TargetAddresses = z
  .strictObject({
    target: Id,
    /** Vantages that hold a series of an address or family, or left some out; in carrier order. */
    vantages: z.array(
      z.strictObject({
        vantage: Id,
        carrier: Id,
        /** Live ones first, then by address. */
        addresses: z.array(AddressView),
        other: OtherAddresses,
      }),
    ),
    nowS: Seconds,
  })
  .meta({ id: "TargetAddresses" });
export type TargetAddresses = z.infer<typeof TargetAddresses>;

/** Newest first. */
export const EventsAnswer = z.strictObject({ events: z.array(Event) }).meta({ id: "EventsAnswer" });
export type EventsAnswer = z.infer<typeof EventsAnswer>;

/** What the store holds: one entry per series, removed targets and vantages included. */
export const SeriesList = z
  .strictObject({
    series: z.array(
      z.strictObject({
        target: Id,
        vantage: Id,
        address: SeriesAddress.optional(),
        firstS: Seconds,
        lastS: Seconds,
        /** Its generations, oldest first: of which step there are ticks, from when until when. */
        generations: z.array(
          z.strictObject({
            stepS: z.int(),
            firstS: Seconds,
            lastS: Seconds,
            /** Those of its own set, finest first; absent = the default ones of its step. */
            archives: Archives.optional(),
            /** Archives that keep LAST, of rows with a label after sinceS; absent = none does. */
            lasts: z.array(z.strictObject({ steps: z.int(), sinceS: Seconds })).optional(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: "SeriesList" });
export type SeriesList = z.infer<typeof SeriesList>;
