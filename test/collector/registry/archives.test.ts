/** A target's own archives: what is refused and in which words, what saving it does, what it will take. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setProblems } from "../../../collector/archive/sets.ts";
import { archivesOfText, archivesText } from "../../../collector/wire/archives.ts";
import { nowAfter, record } from "../../contract/support.ts";
import { MIDNIGHT_S, world } from "../world.ts";

const INPUT = { name: "site", url: "https://www.example.com/" };

test("a set is read and written as text", () => {
  const text = "1x600,6x700:0.3,24x775";
  assert.equal(archivesText(archivesOfText(text) ?? []), text);
  assert.deepEqual(archivesOfText(" 1x600, 6 x 700:.5"), [
    { steps: 1, rows: 600, xff: 0.5 },
    { steps: 6, rows: 700, xff: 0.5 },
  ]);
  for (const wrong of ["", "600", "1x", "x600", "1x600;6x700", "1x600,", "1x600:half"])
    assert.equal(archivesOfText(wrong), null, wrong);
});

const refusals = [
  { name: "no rows of one tick", stepS: 300, set: "6x700", want: /write 1x600 before it/ },
  { name: "not ascending", stepS: 300, set: "1x600,24x10,6x10", want: /from the finest to the coarsest/ },
  { name: "a width twice", stepS: 300, set: "1x600,6x10,6x20", want: /each width once/ },
  { name: "no divisor of a day", stepS: 300, set: "1x600,7x10", want: /do not divide a day: 6 or 8 do/ },
  { name: "wider than a day", stepS: 3_600, set: "1x48,48x10", want: /at most a day: 24 ticks/ },
  { name: "xff of 1", stepS: 300, set: "1x600:1", want: /below 1/ },
  { name: "further back than 26 months", stepS: 300, set: "1x600,288x798", want: /write 288x797/ },
  { name: "too many rows", stepS: 10, set: "1x100000,2x100000", want: /at most 120000 are kept/ },
];
for (const { name, stepS, set, want } of refusals)
  test(`refused: ${name}`, () => {
    const [problem] = setProblems(stepS, archivesOfText(set) ?? []);
    assert.match(problem?.message ?? "", want);
  });

test("limits themselves are accepted", () => {
  for (const [stepS, set] of [
    [300, "1x600,288x797"],
    [86_400, "1x797"],
    [10, "1x120000"],
    [3_600, "1x1,2x1,3x1,4x1,6x1,8x1,12x1,24x1:0"],
  ] as const)
    assert.deepEqual(setProblems(stepS, archivesOfText(set) ?? []), [], set);
});

test("a target's archives hold from its first sample, and change with an edit or with its step", async () => {
  const { registry, store } = await world();
  const archives = archivesOfText("1x600,12x100") ?? undefined;
  const made = await registry.targets.create({ ...INPUT, archives });
  assert.deepEqual(made.archives, archives);
  await store.samples.put([record({ target: made.id, tick: MIDNIGHT_S })], nowAfter(MIDNIGHT_S));
  const ringsOf = async (stepS: number) =>
    (await store.samples.generations(made.id))
      .find((one) => one.stepS === stepS)
      ?.rings?.map(({ steps, untilS }) => (untilS === null ? steps : -steps));
  assert.deepEqual(await ringsOf(300), [1, 12]);

  const edited = await registry.targets.update(made.id, made.version, INPUT);
  assert.equal(edited.archives, undefined);
  assert.deepEqual(await ringsOf(300), [1, 6, 24, 288, -12]);

  const faster = { ...INPUT, cron: "* * * * *", archives: archivesOfText("1x100,30x50") ?? undefined };
  await registry.targets.update(made.id, edited.version, faster);
  const tick = MIDNIGHT_S + 120;
  await store.samples.put([record({ target: made.id, tick, stepS: 60 })], nowAfter(tick));
  assert.deepEqual((await ringsOf(60))?.slice(0, 2), [1, 30]);
});

test("what an end left undone is done at the next start", async () => {
  const { registry, store } = await world();
  const made = await registry.targets.create(INPUT);
  await store.samples.put([record({ target: made.id, tick: MIDNIGHT_S })], nowAfter(MIDNIGHT_S));
  await store.registry.put("target", made.id, made.version, {
    ...made,
    archives: archivesOfText("1x600,12x100"),
  });
  await registry.seed();
  const [generation] = await store.samples.generations(made.id);
  assert.deepEqual(
    generation?.rings?.filter(({ untilS }) => untilS === null).map(({ steps }) => steps),
    [1, 12],
  );
});

test("a set that cannot be kept is refused before saving, with the place it is at", async () => {
  const { registry } = await world();
  const preview = await registry.targets.preview({ ...INPUT, archives: archivesOfText("1x600,7x10") });
  assert.deepEqual(
    preview.issues.map(({ path }) => path),
    ["archives.1"],
  );
  assert.equal(preview.space, null);
  const unknown = await registry.targets.preview({ ...INPUT, archives: [{ steps: 1, rows: 0 }] });
  assert.deepEqual(
    unknown.issues.map(({ path }) => path),
    ["archives.0.rows"],
  );
});
