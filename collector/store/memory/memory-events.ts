/** The reference for events: all of a kind in one list, the oldest given up beyond what is kept. */
import type { Event } from "../../wire/event.ts";
import { compareText } from "../cursor.ts";
import { EVENTS_KEPT, type Events } from "../store.ts";
import type { Post } from "./memory-desk.ts";

export function memoryEvents(post: Post): Events {
  const all = new Map<string, Event>();
  const newestFirst = () => [...all.values()].sort((a, b) => b.atS - a.atS || compareText(a.id, b.id));
  return {
    async put(events, outbox = []) {
      post(outbox);
      for (const event of events) all.set(event.id, structuredClone(event));
      for (const kind of new Set(events.map((event) => event.kind))) {
        const tooMany = newestFirst().filter((event) => event.kind === kind);
        for (const { id } of tooMany.slice(EVENTS_KEPT[kind])) all.delete(id);
      }
    },
    async list({ target, vantage, kinds, fromS, toS, limit }) {
      return newestFirst()
        .filter((event) => target === undefined || event.target === null || event.target === target)
        .filter((event) => vantage === undefined || event.vantage === vantage)
        .filter((event) => kinds === undefined || kinds.includes(event.kind))
        .filter((event) => fromS === undefined || event.atS >= fromS)
        .filter((event) => toS === undefined || event.atS <= toS)
        .slice(0, limit)
        .map((event) => structuredClone(event));
    },
    async alteredAfter(targets, atS) {
      const touch = newestFirst().filter(
        (event) => event.kind === "altered" && (event.toS === null || event.toS > atS),
      );
      return targets.filter((target) => touch.some((event) => event.target === target));
    },
  };
}
