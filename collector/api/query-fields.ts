/** Fields of query strings and paths that several routes share: text in the address, a typed value in the handler. */
import * as z from "zod";
import { Id, Seconds } from "../wire/ids.ts";

/** Path with an id. */
export const IdParams = z.strictObject({ id: Id });

/** UTC seconds. */
export const SecondsText = z
  .string()
  .regex(/^\d{1,12}$/, "whole UTC seconds")
  .transform(Number)
  .pipe(Seconds);

/** A whole number between two limits. */
export function countText(min: number, max: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,9}$/, "a whole number")
    .transform(Number)
    .pipe(z.int().min(min).max(max));
}

/** Several values with commas between, each once. */
export function listText<T>(one: z.ZodType<T, string>, max: number): z.ZodType<T[], string> {
  return z
    .string()
    .transform((text) => [...new Set(text.split(","))])
    .pipe(z.array(one).max(max));
}

/** FROM-TO in UTC seconds; FROM is before TO. */
export const RangeText = z
  .string()
  .regex(/^\d{1,12}-\d{1,12}$/, "FROM-TO in whole UTC seconds")
  .transform((text) => {
    const [fromS = 0, toS = 0] = text.split("-").map(Number);
    return { fromS, toS };
  })
  .refine(({ fromS, toS }) => fromS < toS, "FROM must be before TO");

/**
 * A body that is documented by a schema but let through unread: the registry, which knows what exists and says every
 * problem in a sentence, judges it.
 */
export function judgedLater(schema: z.ZodType): z.ZodUnknown {
  // A registry of its own, empty: with the global one ids would become $defs that no reference of the document reaches.
  const { $schema: _, ...documented } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    metadata: z.registry(),
  });
  return z.unknown().meta(documented);
}

/** The fields that were given; an absent one is absent, not undefined. */
export function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
