/** The notifier over a real store: leases, waits between tries, digests, and the test button. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Alert } from "../../../collector/alert/alert.ts";
import { nextTryMs } from "../../../collector/alert/deliver.ts";
import type { Store } from "../../../collector/store/store.ts";
import { type SmtpTestServer, startSmtpServer } from "../../support/smtp-server.ts";
import { addRecipient, type Mailroom, makeMailroom, settingsFor, testSecrets } from "./mailroom.ts";

const DOWN = { ct: "DD", cnc: "DD", cmcc: "DD" };
const UP = { ct: "UU", cnc: "UU", cmcc: "UU" };

describe("the notifier", () => {
  let room: Mailroom;
  let close: () => Promise<void>;
  let alert: Alert;
  beforeEach(async () => {
    room = await makeMailroom();
    alert = room.world.alert();
    alert.start();
    close = async () => {
      await alert.stop();
      await room.close();
    };
  });
  afterEach(() => close());

  /** Lets time pass in pieces, delivering after each, with every vantage in contact. */
  async function wait(ms: number, pieceMs = 30_000): Promise<void> {
    for (let passed = 0; passed < ms; passed += pieceMs) {
      await room.world.contacts();
      await room.world.clock.advance(pieceMs);
      await room.deliver();
    }
  }

  async function restart(port: number): Promise<SmtpTestServer> {
    const server = await startSmtpServer({ port });
    const stopOld = close;
    close = async () => {
      await server.stop();
      await stopOld();
    };
    return server;
  }

  it("keeps an alarm through six hours without a mail server", async () => {
    await room.smtp.stop();
    await room.world.pass(DOWN);
    await wait(6 * 3_600_000, 60_000);
    const failing = await room.world.store.outbox.summary();
    assert.equal(failing.pending, 1);
    assert.match(failing.lastError ?? "", /ECONNREFUSED/);
    const server = await restart(room.smtp.port);
    await wait(3_600_000, 60_000);
    assert.deepEqual(
      server.mails.map((received) => received.mail.subject),
      ["[carrierwatch][故障] 官网首页 访问失败"],
    );
    assert.equal((await room.world.store.outbox.summary()).pending, 0);
  });

  it("sends one summary when the end came before the beginning could be sent", async () => {
    await room.smtp.stop();
    await room.world.pass(DOWN);
    await room.deliver();
    await room.world.pass(UP);
    const server = await restart(room.smtp.port);
    await wait(3_600_000, 60_000);
    assert.equal(server.mails.length, 1);
    assert.match(server.mails[0]?.mail.subject ?? "", /恢复/);
    assert.match(server.mails[0]?.mail.text ?? "", /从 2026-11-21 16:01:00 到 2026-11-21 16:03:00/);
    const { pending, sent, dead } = await room.world.store.outbox.summary();
    assert.deepEqual({ pending, sent, dead }, { pending: 0, sent: 1, dead: 0 });
  });

  it("tries again after greylisting, and only what was put off", async () => {
    await addRecipient(room.world, "kim", "en");
    const seen: string[] = [];
    room.smtp.refuse = (address) => {
      seen.push(address);
      const isFirst = seen.filter((one) => one === address).length === 1;
      return address.startsWith("kim") && isFirst ? { status: 450, words: "greylisted, come back" } : null;
    };
    await room.world.pass(DOWN);
    await room.deliver();
    assert.deepEqual(
      room.take().map((received) => received.to[0]),
      ["ops@example.com"],
    );
    await room.world.clock.advance(29_000);
    await room.deliver();
    assert.equal(room.take().length, 0);
    await room.world.clock.advance(1_000);
    await room.deliver();
    assert.deepEqual(
      room.take().map((received) => received.to[0]),
      ["kim@example.com"],
    );
  });

  it("gives up for the recipient whose server says 550, and for nobody else", async () => {
    await addRecipient(room.world, "gone", "en");
    room.smtp.refuse = (address) =>
      address.startsWith("gone") ? { status: 550, words: "no such user here" } : null;
    await room.world.pass(DOWN);
    await room.deliver();
    await wait(300_000);
    assert.deepEqual(
      room.take().map((received) => received.to[0]),
      ["ops@example.com"],
    );
    const summary = await room.world.store.outbox.summary();
    assert.equal(summary.dead, 1);
    assert.match(summary.lastError ?? "", /no such user here/);
  });

  it("a message refused for good is dead, one refused for now is tried again", async () => {
    const answers = [
      { status: 451, words: "try later" },
      { status: 554, words: "looks like spam" },
    ];
    room.smtp.refuseMessage = () => answers.shift() ?? null;
    await room.world.pass(DOWN);
    await room.deliver();
    await wait(30_000);
    await wait(300_000);
    assert.equal(room.take().length, 0);
    assert.equal((await room.world.store.outbox.summary()).dead, 1);
  });

  it("after a crash between accepted and settled repeats once, under the same Message-ID", async () => {
    const crashing: Store = {
      ...room.world.store,
      outbox: {
        ...room.world.store.outbox,
        settle: () => Promise.reject(new Error("the process died here")),
      },
    };
    await room.world.pass(DOWN);
    await room.notifier({ store: crashing }).round();
    await wait(600_000);
    const mails = room.take();
    assert.equal(mails.length, 2);
    assert.equal(mails[0]?.mail.messageId, mails[1]?.mail.messageId);
  });

  it("two notifiers at once send once", async () => {
    await room.world.pass(DOWN);
    await Promise.all([room.notifier().round(), room.notifier().round(), room.deliver()]);
    assert.equal(room.take().length, 1);
  });

  /** Puts n messages of other incidents into the outbox, all alike but for their names. */
  async function storm(n: number, from = 0): Promise<void> {
    const { world } = room;
    const at = { tick: 1000, atMs: 1, told: true, evidence: [] };
    const opened = { kind: "opened" as const, class: "down" as const, ...at };
    for (let i = from; i < from + n; i += 1) {
      const id = `s${i}.1000`;
      const incident = {
        id,
        target: `s${i}`,
        subject: "target" as const,
        class: "down" as const,
        fromS: 1000,
      };
      const payload = {
        event: "opened",
        class: "down",
        subject: "target",
        tick: 1000,
        fromS: 1000,
        toS: null,
      };
      const rest = { incident: id, ordinal: 0, id: `s${i}`, name: `站点 ${i}`, url: null, reason: null };
      const lists = { carriers: [], was: [], seenFrom: null, vantage: null };
      await world.store.incidents.transition({ ...incident, toS: null, transitions: [opened] }, 0, [
        {
          id: `m${i}`,
          channel: "mail",
          recipient: "ops",
          payload: { ...payload, ...rest, ...lists },
          createdMs: world.clock.nowMs(),
        },
      ]);
    }
  }

  it("more than ten at once are folded into one digest", async () => {
    await storm(11);
    await room.deliver();
    const mails = room.take();
    assert.equal(mails.length, 1);
    assert.match(mails[0]?.mail.subject ?? "", /\[汇总\] 11 条通知/);
    for (const name of ["站点 0", "站点 10"]) assert.ok(mails[0]?.mail.text?.includes(name), name);
    assert.equal((await room.world.store.outbox.summary()).pending, 0);
  });

  it("exactly ten are ten mails", async () => {
    await storm(10);
    await room.deliver();
    assert.equal(room.take().length, 10);
  });

  it("what comes after ten within a minute gathers, and leaves as one", async () => {
    await storm(10);
    await room.deliver();
    assert.equal(room.take().length, 10);
    await storm(12, 10);
    await wait(120_000);
    const subjects = room.subjects();
    assert.equal(subjects.length, 1);
    assert.match(subjects[0] ?? "", /\[汇总\] 12 条通知/);
  });

  it("what failed at different hours leaves as one digest when the mail server is back", async () => {
    await room.smtp.stop();
    for (let hour = 0; hour < 6; hour += 1) {
      await storm(2, hour * 2);
      await wait(3_600_000, 60_000);
    }
    const server = await restart(room.smtp.port);
    await wait(3_660_000, 60_000);
    assert.deepEqual(
      server.mails.map((received) => /\[汇总\] 12 条通知/.test(received.mail.subject ?? "")),
      [true],
    );
  });

  it("without settings everything waits", async () => {
    await room.world.store.registry.put("setting", "smtp", null, null);
    await room.world.pass(DOWN);
    await room.deliver();
    assert.equal((await room.world.store.outbox.summary()).pending, 1);
  });

  it("gives up after a day, and says why", async () => {
    await room.smtp.stop();
    await room.world.pass(DOWN);
    await alert.stop();
    await wait(25 * 3_600_000, 600_000);
    const summary = await room.world.store.outbox.summary();
    assert.deepEqual([summary.pending, summary.dead], [0, 1]);
  });

  it("an hour of samples that were kept back mails nobody", async () => {
    await room.world.pass(UP);
    const first = room.world.tick();
    await room.world.clock.advance(30_000);
    for (let i = 0; i < 60; i += 1) {
      await room.world.contacts();
      await room.world.clock.advance(60_000);
    }
    for (let i = 0; i < 55; i += 1) {
      const letter = i % 20 < 10 ? "D" : "U";
      await room.world.report({ ct: letter, cnc: letter, cmcc: letter }, first + i * 60);
    }
    await room.world.pass({ ct: "UUUU", cnc: "UUUU", cmcc: "UUUU" });
    await room.deliver();
    assert.deepEqual(room.subjects(), []);
    assert.ok((await room.world.incidents()).length >= 2);
  });
});

describe("the waits between tries", () => {
  const rows: [number, number][] = [
    [0, 30],
    [1, 120],
    [2, 300],
    [3, 900],
  ];
  for (const [attempts, seconds] of rows) {
    it(`after try ${attempts + 1} is ${seconds} s`, () => {
      assert.equal(nextTryMs(attempts, 1_000_000), 1_000_000 + seconds * 1000);
    });
  }
  for (const [attempts, seconds] of [
    [4, 1800],
    [5, 3600],
    [30, 3600],
  ] as const) {
    it(`after try ${attempts + 1} is about ${seconds} s, for all that fail at different times together`, () => {
      const tries = [0, 100_000, 400_000].map((ms) => nextTryMs(attempts, 1_800_000_000_000 + ms));
      assert.equal(new Set(tries).size, 1);
      for (const at of tries) assert.equal(at % (seconds * 1000), 0);
    });
  }
});

describe("the test button", () => {
  it("sends a mail past the outbox and gives the server's words", async () => {
    const room = await makeMailroom();
    const answer = await room.notifier().test("me@example.com", undefined, "zh");
    assert.deepEqual([answer.ok, /queued/.test(answer.message)], [true, true]);
    assert.equal(room.subjects()[0], "[carrierwatch][测试] 邮件设置可用");
    await room.close();
  });

  const auth = { user: "watch@example.com", pass: "right" };
  const rows: {
    name: string;
    start: Parameters<typeof startSmtpServer>[0];
    settings: object;
    zh: RegExp;
    en: RegExp;
  }[] = [
    {
      name: "wrong password",
      start: { auth },
      settings: { username: auth.user, password: "wrong" },
      zh: /^用户名或密码不对.*服务器说：535 Authentication credentials invalid/,
      en: /^wrong user name or password.*The server said: 535/,
    },
    {
      name: "TLS against a server that speaks plain text",
      start: {},
      settings: { security: "tls" },
      zh: /不是从头加密的，加密方式请改选 STARTTLS/,
      en: /not encrypted from the start; choose STARTTLS/,
    },
    {
      name: "STARTTLS against a server without it",
      start: {},
      settings: { security: "starttls" },
      zh: /不支持 STARTTLS/,
      en: /does not offer STARTTLS/,
    },
    {
      name: "a certificate nobody trusts",
      start: { secure: true },
      settings: { security: "tls" },
      zh: /证书不受信任/,
      en: /certificate of 127\.0\.0\.1 is not trusted/,
    },
  ];
  for (const { name, start, settings, zh, en } of rows) {
    it(`says in plain words: ${name}`, async () => {
      const room = await makeMailroom();
      const server = await startSmtpServer(start);
      const smtp = settingsFor(server.port, settings);
      const chinese = await room.notifier().test("me@example.com", smtp, "zh");
      const english = await room.notifier().test("me@example.com", smtp, "en");
      assert.deepEqual([chinese.ok, english.ok], [false, false]);
      assert.match(chinese.message, zh);
      assert.match(english.message, en);
      await server.stop();
      await room.close();
    });
  }

  it("says in plain words: a refused connection, a refused recipient, no settings", async () => {
    const room = await makeMailroom();
    room.smtp.refuse = () => ({ status: 550, words: "relay denied" });
    const refused = await room.notifier().test("me@example.com");
    assert.match(refused.message, /^服务器不接受收件人。服务器说：550 relay denied/);
    await room.smtp.stop();
    const gone = await room.notifier().test("me@example.com", settingsFor(room.smtp.port), "en");
    assert.match(gone.message, /^127\.0\.0\.1 refuses connections on port \d+/);
    await room.world.store.registry.put("setting", "smtp", null, null);
    assert.deepEqual(await room.notifier().test("me@example.com"), {
      ok: false,
      message: "还没有设置发信服务器",
    });
  });

  it("uses the stored password when none is typed, and stores none in the clear", async () => {
    const room = await makeMailroom();
    const server = await startSmtpServer({ auth });
    const { smtpDesk } = await import("../../../collector/alert/smtp-settings.ts");
    const desk = smtpDesk({ store: room.world.store, secrets: testSecrets });
    await desk.write(settingsFor(server.port, { username: auth.user, password: auth.pass }));
    assert.ok(!JSON.stringify(await room.world.store.registry.list("setting")).includes(auth.pass));
    assert.equal((await desk.view()).settings?.hasPassword, true);
    assert.ok(!JSON.stringify(await desk.view()).includes(auth.pass));
    const answer = await room
      .notifier()
      .test("me@example.com", settingsFor(server.port, { username: auth.user }), "en");
    assert.equal(answer.ok, true, answer.message);
    await server.stop();
    await room.close();
  });
});
