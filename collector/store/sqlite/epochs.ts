/**
 * Identities of probes' spools by number: a sample's log record has one or two bytes for what is 16 letters.
 *
 * A spool's identity stays for ever; there are as many as probes that were ever set up or wiped.
 */
import type Database from "better-sqlite3";

export function epochsOf(db: Database.Database) {
  const numbers = new Map<string, number>();
  let added: string[] = [];
  const insert = db.prepare("INSERT INTO epoch (number, text) VALUES (?, ?)");
  for (const { number, text } of db
    .prepare<[], { number: number; text: string }>("SELECT number, text FROM epoch")
    .iterate())
    numbers.set(text, number);
  return {
    numberOf(text: string): number {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      const number = numbers.size;
      insert.run(number, text);
      numbers.set(text, number);
      added.push(text);
      return number;
    },
    /** Whether some are not on disk yet. */
    areNew: () => added.length > 0,
    committed(): void {
      added = [];
    },
    clear(): void {
      for (const text of added) numbers.delete(text);
      added = [];
    },
  };
}
