/** What late samples show is mailed once a day, for the record, and pages nobody. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { digestDue } from "../../../collector/alert/afterwards.ts";
import type { Alert } from "../../../collector/alert/alert.ts";
import { addRecipient, type Mailroom, makeMailroom } from "./mailroom.ts";
import { STEP } from "./ticks.ts";

const UP = { ct: "UU", cnc: "UU", cmcc: "UU" };
const HOUR_MS = 3_600_000;

describe("when the digest is due", () => {
  const rows: { name: string; zone: string; now: string; want: string; from: string }[] = [
    {
      name: "before nine: today",
      zone: "Asia/Shanghai",
      now: "2026-11-21T00:55:00Z",
      want: "2026-11-21T01:00:00Z",
      from: "2026-11-20T00:55:00Z",
    },
    {
      name: "in the last five minutes before nine: tomorrow",
      zone: "Asia/Shanghai",
      now: "2026-11-21T00:55:00.001Z",
      want: "2026-11-22T01:00:00Z",
      from: "2026-11-21T00:55:00Z",
    },
    {
      name: "across the hour that is skipped",
      zone: "Europe/Berlin",
      now: "2027-03-27T09:00:00Z",
      want: "2027-03-28T07:00:00Z",
      from: "2027-03-27T07:55:00Z",
    },
    {
      name: "across the hour that comes twice",
      zone: "Europe/Berlin",
      now: "2026-10-24T12:00:00Z",
      want: "2026-10-25T08:00:00Z",
      from: "2026-10-24T06:55:00Z",
    },
    {
      name: "far east, where it is tomorrow already",
      zone: "Pacific/Kiritimati",
      now: "2026-11-21T11:00:00Z",
      want: "2026-11-21T19:00:00Z",
      from: "2026-11-20T18:55:00Z",
    },
    {
      name: "west of UTC, half an hour off",
      zone: "America/St_Johns",
      now: "2026-11-21T23:59:00Z",
      want: "2026-11-22T12:30:00Z",
      from: "2026-11-21T12:25:00Z",
    },
    {
      name: "a zone nobody knows is UTC",
      zone: "Mars/Olympus",
      now: "2026-11-21T08:00:00Z",
      want: "2026-11-21T09:00:00Z",
      from: "2026-11-20T08:55:00Z",
    },
  ];
  for (const { name, zone, now, want, from } of rows) {
    it(name, () => {
      const due = digestDue(zone, Date.parse(now));
      assert.equal(new Date(due.sendMs).toISOString(), new Date(want).toISOString());
      assert.equal(new Date(due.fromMs).toISOString(), new Date(from).toISOString());
      assert.equal(due.toMs, due.sendMs - 300_000);
    });
  }

  it("every instant of a year belongs to exactly one digest", () => {
    for (const zone of ["Europe/Berlin", "Australia/Lord_Howe"]) {
      let known = digestDue(zone, Date.UTC(2026, 0, 1));
      for (let now = known.toMs; now < Date.UTC(2027, 0, 1); now = known.toMs) {
        assert.equal(digestDue(zone, now).sendMs, known.sendMs);
        const next = digestDue(zone, now + 1);
        assert.equal(next.fromMs, known.toMs);
        known = next;
      }
    }
  });
});

describe("an outage that only late samples show", () => {
  let room: Mailroom;
  let alert: Alert;
  beforeEach(async () => {
    room = await makeMailroom();
    alert = room.world.alert();
    alert.start();
  });
  afterEach(async () => {
    await alert.stop();
    await room.close();
  });

  /** Three hours after it, the samples of a short outage arrive. */
  async function lateOutage(): Promise<void> {
    const { world } = room;
    await world.pass(UP);
    const first = world.tick();
    world.clock.jump(3 * HOUR_MS);
    for (const [i, letter] of [..."UDDDUU"].entries())
      await world.report({ ct: letter, cnc: letter, cmcc: letter }, first + i * STEP);
    await world.pass(UP);
    await world.clock.advance(30_000);
    await room.deliver();
    room.take();
  }

  /** Hour by hour, with every vantage in contact; mails about vantages are left out. */
  async function hours(
    n: number,
  ): Promise<
    readonly { subject: string; text: string; html: string; to: string; atMs: number; id: string }[]
  > {
    const found = [];
    for (let i = 0; i < n; i += 1) {
      await room.world.contacts();
      room.world.clock.jump(HOUR_MS);
      await room.deliver();
      for (const { mail, to } of room.take()) {
        const { subject = "", text = "", html = "", messageId = "" } = mail;
        if (!/汇总|DIGEST/.test(subject)) continue;
        found.push({ subject, text, html, to: to[0] ?? "", atMs: room.world.clock.nowMs(), id: messageId });
      }
    }
    return found;
  }

  it("pages nobody, and is in one digest at nine in the morning there", async () => {
    await addRecipient(room.world, "kim", "en", "Europe/Berlin");
    await lateOutage();
    assert.deepEqual((await room.world.incidents()).filter((one) => one.class === "down").length, 1);
    const sent = await hours(72);
    assert.deepEqual(
      sent.map(({ to, subject }) => [to, subject]),
      [
        ["ops@example.com", "[carrierwatch][汇总] 事后发现 1 次事件，官网首页"],
        ["kim@example.com", "[carrierwatch][DIGEST] 1 found afterwards: 官网首页"],
      ],
    );
    const [zh, en] = sent;
    assert.match(zh?.text ?? "", /2026-11-21 16:04:00 到 2026-11-21 16:07:00，3 分/);
    assert.match(zh?.text ?? "", /\[故障\] 官网首页: .*开始后 2 小时 /s);
    assert.match(en?.text ?? "", /2026-11-21 09:04:00 to 2026-11-21 09:07:00, 3 min/);
    assert.match(en?.text ?? "", /\[DOWN\] 官网首页: All 3 carriers failing: .*after it began/s);
    assert.match(en?.html ?? "", /<table.*All 3 carriers failing/s);
    for (const { text, html } of sent) assert.doesNotMatch(text + html, /[{}]|undefined|NaN/);
  });

  it("survives a restart, a mail server that is away at nine, and is not sent twice", async () => {
    await lateOutage();
    await alert.stop();
    alert = room.world.alert();
    alert.start();
    room.smtp.refuse = () => ({ status: 451, words: "later" });
    assert.deepEqual(await hours(18), []);
    room.smtp.refuse = () => null;
    assert.equal((await hours(50)).length, 1);
    assert.equal((await room.world.store.outbox.summary()).pending, 0);
  });

  it("is one mail for all that the day brought, and one more the day after for what is new", async () => {
    await lateOutage();
    await lateOutage();
    const [first, ...none] = await hours(24);
    assert.match(first?.subject ?? "", /事后发现 2 次事件/);
    assert.deepEqual(none, []);
    await lateOutage();
    const [second, ...others] = await hours(48);
    assert.match(second?.subject ?? "", /事后发现 1 次事件/);
    assert.notEqual(second?.id, first?.id);
    assert.deepEqual(others, []);
  });

  it("is not in the digest when later samples take it back", async () => {
    const { world } = room;
    await lateOutage();
    const [incident] = (await world.incidents()).filter((one) => one.class === "down");
    assert.ok(incident);
    const stored = await world.store.incidents.get(incident.id);
    assert.ok(stored);
    const { version, ...found } = stored;
    await world.store.incidents.transition({ ...found, toS: found.fromS }, version, []);
    assert.deepEqual(await hours(48), []);
    const { pending, dead } = await world.store.outbox.summary();
    assert.deepEqual({ pending, dead }, { pending: 0, dead: 0 });
  });

  it("waits without being taken for a mail server that fails", async () => {
    await lateOutage();
    const { pending, failing } = await room.world.store.outbox.summary();
    assert.deepEqual({ pending, failing }, { pending: 1, failing: 0 });
  });
});

describe("what was told when it happened", () => {
  it("is in no digest", async (t) => {
    const room = await makeMailroom();
    const alert = room.world.alert();
    t.after(async () => {
      await alert.stop();
      await room.close();
    });
    alert.start();
    await room.world.pass({ ct: "UDDUU", cnc: "UDDUU", cmcc: "UDDUU" });
    await room.deliver();
    assert.equal(room.take().length, 1);
    assert.equal((await room.world.store.outbox.summary()).pending, 0);
  });
});
