/** What people are told of altered answers: a sentence of the incident's mail, or a line of the daily digest. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Alert } from "../../../collector/alert/alert.ts";
import { alteredText } from "../../../collector/alert/mail-altered.ts";
import { speakerFor } from "../../../collector/alert/speaker.ts";
import { ALTERED, type Difference } from "../../../collector/wire/event.ts";
import { type Answers, FINE, type Said, sampleSaying, URL_OF } from "./altered-ticks.ts";
import { addRecipient, type Mailroom, makeMailroom } from "./mailroom.ts";
import { STEP } from "./ticks.ts";

const HOUR_MS = 3_600_000;
const MOVED: Said = { ...FINE, finalUrl: "http://portal.test/", redirects: 1 };
const FOREIGN: Said = {
  failure: { phase: "tls", cause: "certificate-untrusted", source: "target" },
  certificate: {
    subject: "www.example.com",
    issuer: "<b>Carrier\r\nCA",
    notAfterS: 1,
    fingerprint256: "EE",
    problem: "DEPTH_ZERO_SELF_SIGNED_CERT",
  },
};
const ALL: Answers = { ct: FINE, cnc: FINE, cmcc: FINE };

describe("told of what is altered", () => {
  let room: Mailroom;
  let alert: Alert;
  const pass = async (...ticks: Answers[]) => {
    const { world } = room;
    for (const answers of ticks) {
      await world.clock.advance(5_000);
      const tick = world.tick();
      await world.reportSamples(
        Object.fromEntries(Object.entries(answers).map(([id, said]) => [id, sampleSaying(tick, said)])),
      );
      await world.clock.advance(STEP * 1000 - 5_000);
    }
  };
  const mails = async () => {
    await room.deliver();
    return room.take();
  };
  /** The next day's digest; nobody judges meanwhile, so that no silence is told of. */
  const nextNine = async () => {
    await alert.stop();
    await room.world.clock.advance(25 * HOUR_MS);
    return (await mails()).filter((one) => /found afterwards|事后发现/.test(one.mail.subject ?? ""));
  };
  beforeEach(async () => {
    room = await makeMailroom({ url: URL_OF });
    await addRecipient(room.world, "kim", "en");
    alert = room.world.alert();
    alert.start();
  });
  afterEach(async () => {
    await alert.stop();
    await room.close();
  });

  it("a carrier that fails: one sentence in its mail, and its network's fault", async () => {
    await pass(ALL, { ...ALL, cnc: FOREIGN }, { ...ALL, cnc: FOREIGN });
    const sent = await mails();
    const textTo = (id: string) => sent.find((one) => one.to[0] === `${id}@example.com`)?.mail;
    const [zh, en] = [textTo("ops"), textTo("kim")];
    assert.equal(sent.length, 2);
    assert.ok(
      zh?.text?.includes(
        "在联通被改动：证书为 www.example.com (<b>Carrier CA)，而不是 www.example.com (R11)。",
      ),
      zh?.text,
    );
    assert.ok(zh?.text?.includes("证据指向运营商网络"), zh?.text);
    assert.ok(
      en?.text?.includes(
        "Altered at China Unicom: certificate www.example.com (<b>Carrier CA) instead of www.example.com (R11).",
      ),
      en?.text,
    );
    assert.ok(en?.html && !en.html.includes("<b>Carrier"));
    assert.deepEqual(await nextNine(), []);
  });

  it("nothing that fails: no mail, and a line in the next digest, once", async () => {
    await pass(ALL, { ...ALL, cnc: MOVED }, { ...ALL, cnc: MOVED }, { ...ALL, cnc: MOVED });
    assert.deepEqual(await mails(), []);
    const digest = await nextNine();
    assert.equal(digest.length, 2);
    const zh = digest.find((one) => one.to[0] === "ops@example.com")?.mail.text ?? "";
    const en = digest.find((one) => one.to[0] === "kim@example.com")?.mail.text ?? "";
    assert.ok(zh.includes("1 项没有造成故障"), zh);
    assert.ok(
      zh.includes("[被改动] 官网首页: 在联通被改动：重定向到 portal.test，而不是 www.example.com。"),
      zh,
    );
    assert.ok(en.includes("Without a failure (1 in all)"), en);
    assert.ok(!en.includes("Not mailed when it happened"), en);
    assert.ok(en.includes("[ALTERED] 官网首页: Altered at China Unicom: a redirect to portal.test"), en);
    assert.deepEqual(await nextNine(), []);
  });

  it("what later samples took back is in no digest", async () => {
    const { world } = room;
    const first = world.tick();
    await pass({ ct: FINE, cmcc: FINE, cnc: MOVED }, { ct: FINE, cmcc: FINE }, { ...ALL, cnc: MOVED });
    const events = await world.store.events.list({ kinds: ["altered"], limit: 9 });
    assert.equal(events.length, 1);
    await world.reportSamples({ cnc: sampleSaying(first + STEP, FINE) });
    await alert.round();
    assert.deepEqual(await nextNine(), []);
  });
});

describe("every difference reads as a sentence in both languages", () => {
  const texts: Readonly<Record<Difference["what"], readonly [here: string, elsewhere: string]>> = {
    answers: ["NXDOMAIN", "93.184.216.34"],
    certificate: ["a (b)", "c (d)"],
    length: ["12345", "678"],
    via: ["1.1 box", ""],
    age: ["86400", ""],
    redirect: ["portal.test", "example.com"],
    status: ["302", "200"],
    reset: ["tls-reset", ""],
    portal: ["portal.test (= example.net)", "example.com"],
  };
  for (const what of ALTERED) {
    for (const language of ["zh", "en"] as const) {
      it(`${what} in ${language}`, () => {
        const [here, elsewhere] = texts[what];
        const speaker = speakerFor({ language, timeZone: "UTC" });
        const text = alteredText([{ what, here, elsewhere }], "X", speaker);
        assert.doesNotMatch(text, /[{}]|undefined|NaN|tls-reset/);
        assert.match(text, /X/);
      });
    }
  }
});
