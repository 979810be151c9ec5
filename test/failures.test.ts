/** docs/failures.md and its Chinese twin say of every cause and every behaviour that is tried what the code says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { KINDS } from "../collector/wire/kind.ts";
import { FAILURE_CAUSES, FAILURE_PHASES, FailureSource } from "../collector/wire/sample.ts";

const DOCS = ["failures.md", "failures.zh-CN.md"] as const;
const TESTS = ["tampering.test.ts", "hostile.test.ts"] as const;

/** Cells of the tables' rows that have so many columns, headings aside. */
function rowsOf(doc: string, columns: number): string[][] {
  const text = readFileSync(new URL(`../docs/${doc}`, import.meta.url), "utf8");
  const tables = text.split(/\n\n+/).filter((block) => block.startsWith("|"));
  return tables
    .flatMap((table) => {
      const rows = table.trim().split("\n").slice(2);
      return rows.map((row) => row.slice(1, -1).split("|")).filter((cells) => cells.length === columns);
    })
    .map((cells) => cells.map((cell) => cell.trim()));
}

function bare(cell: string): string {
  return cell.replaceAll("`", "");
}

/** Name and "phase cause source" of every behaviour of a test's list. */
function casesOf(file: string): [name: string, want: string][] {
  const text = readFileSync(new URL(`./probe/measure/${file}`, import.meta.url), "utf8");
  const list = /cases: Case\[\] = \[(.*?)\n\];/s.exec(text)?.[1] ?? "";
  return list.split(/\n {2}\{/).flatMap((part) => {
    const name = /\bname:\s*"([^"]+)"/.exec(part)?.[1];
    const want = /\bwant:\s*"([^"]+)"/.exec(part)?.[1];
    return name === undefined || want === undefined ? [] : [[name, want] satisfies [string, string]];
  });
}

for (const doc of DOCS) {
  test(`${doc} explains every cause once, with its phases and its source`, () => {
    const rows = rowsOf(doc, 5);
    const causes = rows.map(([cause = ""]) => bare(cause));
    assert.deepEqual(causes.toSorted(), [...FAILURE_CAUSES].toSorted());
    for (const [cause, phases = "", source, ...texts] of rows) {
      for (const phase of phases.split(", ")) {
        assert.ok(
          FAILURE_PHASES.some((known) => known === phase),
          `${cause}: ${phase}`,
        );
      }
      assert.ok(FailureSource.safeParse(source).success, `${cause}: ${source}`);
      assert.ok(
        texts.every((text) => text.length >= 3),
        `${cause} says nothing`,
      );
    }
  });

  test(`${doc} names each kind of target`, () => {
    const text = rowsOf(doc, 3).flat().join(" ");
    for (const kind of ["https", ...KINDS]) assert.ok(text.includes(`${kind}://`), kind);
  });

  test(`${doc} lists every behaviour that is tried with what it gives, in agreement with its cause`, () => {
    const tried = TESTS.flatMap(casesOf);
    assert.ok(tried.length >= 64, String(tried.length));
    const rows = rowsOf(doc, 4);
    const said = rows.map(([, phase, cause = "", source]) => {
      return cause === "up" ? "up" : `${phase} ${bare(cause)} ${source}`;
    });
    assert.deepEqual(
      said,
      tried.map(([, want]) => want),
    );
    const explained = new Map(rowsOf(doc, 5).map(([cause = "", ...rest]) => [bare(cause), rest]));
    for (const [name, phase = "", cause = "", source] of rows) {
      if (cause === "up") continue;
      const [phases = "", blamed] = explained.get(bare(cause)) ?? [];
      assert.ok(phases.split(", ").includes(phase), `${name}: ${phase}`);
      assert.equal(source, blamed, name);
    }
  });
}

test("the English list has the behaviours by the names of their tests", () => {
  const names = rowsOf("failures.md", 4).map(([name]) => name);
  assert.deepEqual(
    names,
    TESTS.flatMap(casesOf).map(([name]) => name),
  );
});
