/** What a mail says, in zh and en, for one vantage and for many, with hostile names in it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ReceivedMail } from "../../support/smtp-server.ts";
import { addRecipient, type Mailroom, makeMailroom, PUBLIC_URL } from "./mailroom.ts";

/** Mails of a room after a drawing, by recipient; the newest of each. */
async function mailsAfter(room: Mailroom, drawing: Record<string, string>) {
  await room.world.pass(drawing);
  await room.deliver();
  const mails = room.take();
  const to = (id: string): ReceivedMail => {
    const found = mails.filter((mail) => mail.to[0] === `${id}@example.com`).at(-1);
    assert.ok(found, `no mail to ${id}`);
    return found;
  };
  return { mails, zh: to("ops").mail, en: to("kim").mail };
}

function contains(text: string | undefined, parts: readonly string[]): void {
  for (const part of parts) assert.ok(text?.includes(part), `${JSON.stringify(part)} is not in:\n${text}`);
}

describe("mails, right in zh and en", () => {
  let room: Mailroom;
  let stop: () => Promise<void>;
  before(async () => {
    room = await makeMailroom();
    await addRecipient(room.world, "kim", "en", "Europe/Berlin");
    const alert = room.world.alert();
    alert.start();
    stop = () => alert.stop();
  });
  after(async () => {
    await stop();
    await room.close();
  });

  it("degraded: which carrier fails and which are fine", async () => {
    const { zh, en, mails } = await mailsAfter(room, { ct: "UDD", cnc: "UUU", cmcc: "UUU" });
    assert.equal(mails.length, 2);
    contains(zh.html, ['<html lang="zh-CN">', "证据指向网站一侧"]);
    contains(en.html, ['<html lang="en">']);
    assert.equal(zh.subject, "[carrierwatch][部分故障] 官网首页 从电信访问失败");
    assert.equal(en.subject, "[carrierwatch][DEGRADED] 官网首页 fails from China Telecom");
    contains(zh.text, [
      "整体仍可访问，但从电信访问失败，从 2026-11-21 16:02:00 开始",
      "电信访问失败；联通、移动正常。",
      "失败在连接阶段：连接超时。证据指向网站一侧。",
      "https://www.example.com/",
      `${PUBLIC_URL}/targets/${room.world.target.id}`,
      "时间按 Asia/Shanghai。",
    ]);
    contains(en.text, [
      "fails from China Telecom, since 2026-11-21 09:02:00",
      "Failing from China Telecom; fine from China Unicom, China Mobile.",
      "It fails in the phase Connect: connecting timed out. The evidence points to the site's side.",
      "Times are in Europe/Berlin.",
    ]);
  });

  it("down: in the same incident it says that it got worse", async () => {
    const { zh, en } = await mailsAfter(room, { ct: "DD", cnc: "DD", cmcc: "UU" });
    assert.equal(zh.subject, "[carrierwatch][故障] 官网首页 访问失败");
    assert.equal(en.subject, "[carrierwatch][DOWN] 官网首页 is down");
    contains(zh.text, ["情况加重。", "从 2026-11-21 16:02:00 开始", "电信、联通访问失败；移动正常。"]);
    contains(en.text, ["It got worse.", "Failing from China Telecom, China Unicom; fine from China Mobile."]);
  });

  it("eased: up again, and what is still wrong", async () => {
    const { zh, en } = await mailsAfter(room, { ct: "DD", cnc: "UU", cmcc: "UU" });
    assert.equal(zh.subject, "[carrierwatch][好转] 官网首页 有所好转，从电信仍有问题");
    contains(en.text, ["is better: it is up for most, but there is still trouble from China Telecom."]);
  });

  it("recovered: from when to when, how long, and what it was", async () => {
    const { zh, en } = await mailsAfter(room, { ct: "UU", cnc: "UU", cmcc: "UU" });
    assert.equal(zh.subject, "[carrierwatch][恢复] 官网首页 已恢复，历时 6 分");
    assert.equal(en.subject, "[carrierwatch][RECOVERED] 官网首页 recovered after 6 min");
    contains(zh.text, [
      "官网首页 已恢复访问。",
      "从 2026-11-21 16:02:00 到 2026-11-21 16:08:00，历时 6 分。",
      "当时失败在连接阶段：连接超时，证据指向网站一侧。",
    ]);
    contains(en.text, ["is up again.", "From 2026-11-21 09:02:00 to 2026-11-21 09:08:00, 6 min in all."]);
  });

  it("slow: value and alarm line of each carrier beyond it", async () => {
    const { zh, en } = await mailsAfter(room, { ct: "SS", cnc: "SS", cmcc: "UU" });
    assert.equal(zh.subject, "[carrierwatch][偏慢] 官网首页 访问偏慢");
    contains(zh.text, ["电信的总时间 2.30 s，高于告警线 1.00 s。", "电信、联通偏慢；移动正常。"]);
    contains(en.text, ["China Unicom: Total time 2.30 s, above the alarm line of 1.00 s."]);
    const { zh: over } = await mailsAfter(room, { ct: "UU", cnc: "UU", cmcc: "UU" });
    contains(over.text, ["的响应已回到告警线以内。"]);
  });

  it("silent: which vantage, since when, and that no site is to blame; then that it is back", async () => {
    const { zh, en } = await mailsAfter(room, { ct: "..", cnc: "UU", cmcc: "UU" });
    assert.equal(zh.subject, "[carrierwatch][失联] 探测点 上海电信机房 没有消息");
    assert.equal(en.subject, "[carrierwatch][SILENT] vantage 上海电信机房 is silent");
    contains(zh.text, ["（电信）没有消息，最后一次联系是 2026-11-21 16:13:05", "这不说明网站有问题"]);
    contains(en.text, ["this does not mean that a site is in trouble", `${PUBLIC_URL}/vantages`]);
    const back = await mailsAfter(room, { ct: "U", cnc: "U", cmcc: "U" });
    assert.equal(back.zh.subject, "[carrierwatch][恢复] 探测点 上海电信机房 恢复联系，失联 3 分");
    assert.equal(back.en.subject, "[carrierwatch][RECOVERED] vantage 上海电信机房 is back after 3 min");
  });

  it("a clock that is off by more than a minute", async () => {
    await room.world.clock.advance(15_000);
    await room.world.contact("cnc", 75_000);
    await room.world.clock.advance(15_000);
    await room.deliver();
    const zh = room.take().find((mail) => mail.to[0] === "ops@example.com")?.mail;
    assert.equal(zh?.subject, "[carrierwatch][时钟不准] 探测点 北京联通机房 的时钟不准");
    contains(zh?.text, ["的时钟与采集端相差 75 秒，超过了 60 秒"]);
  });

  it("mails of one incident hang together, and say that a machine wrote them", async () => {
    const [first, second] = room.smtp.mails.filter((mail) => mail.to[0] === "ops@example.com");
    assert.equal(first?.mail.references, second?.mail.references);
    assert.match(first?.raw ?? "", /^Auto-Submitted: auto-generated/m);
    assert.match(first?.mail.messageId ?? "", /^<[0-9a-f]{64}@example\.com>$/);
  });
});

describe("one vantage", () => {
  it("has one class, worded as seen from it", async () => {
    const room = await makeMailroom({ vantages: ["ct"] });
    await addRecipient(room.world, "kim", "en");
    const alert = room.world.alert();
    alert.start();
    const { zh, en } = await mailsAfter(room, { ct: "DD" });
    assert.equal(zh.subject, "[carrierwatch][故障] 官网首页 从上海电信机房（电信）访问失败");
    assert.equal(
      en.subject,
      "[carrierwatch][DOWN] 官网首页 is down as seen from 上海电信机房 (China Telecom)",
    );
    contains(zh.text, ["从上海电信机房（电信）看，官网首页 访问失败"]);
    assert.ok(!zh.html?.includes("<th"), "a table of one carrier says nothing");
    await alert.stop();
    await room.close();
  });
});

describe("hostile names", () => {
  it("reach no header and no markup", async () => {
    const room = await makeMailroom();
    const evil = "x\r\nBcc: evil@example.net\u202e\u0085<img src=x onerror=alert(1)>";
    const alert = room.world.alert();
    alert.start();
    const doc = await room.world.store.registry.get("recipient", "ops");
    await room.world.store.registry.put("recipient", "ops", null, {
      ...(doc?.value as object),
      name: "a, b <c@d.e>;",
    });
    await room.world.pass({ ct: "DD", cnc: "DD", cmcc: "DD" });
    const [message] = await room.world.store.outbox.lease(room.world.clock.nowMs(), 1, 10);
    assert.ok(message);
    const payload = { ...(message.payload as object), incident: "site.hostile", name: evil, url: `${evil}` };
    const incident = (await room.world.incidents())[0];
    assert.ok(incident);
    await room.world.store.incidents.transition({ ...incident, id: "site.hostile" }, 0, [
      { ...message, id: "hostile", payload },
    ]);
    await room.world.clock.advance(60_000);
    await room.deliver();
    const mails = room.take();
    const hostile = mails.find((received) => received.mail.messageId?.startsWith("<hostile@"));
    assert.ok(hostile);
    assert.deepEqual(hostile.to, ["ops@example.com"]);
    assert.equal(hostile.mail.bcc, undefined);
    assert.equal(hostile.mail.to?.length, 1);
    assert.equal(hostile.mail.to?.[0]?.address, "ops@example.com");
    const head = hostile.raw.slice(0, hostile.raw.indexOf("\r\n\r\n"));
    assert.ok(!/^bcc:/im.test(head), head);
    assert.ok(!/[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/u.test(hostile.mail.subject ?? ""));
    assert.ok(!hostile.mail.html?.includes("<img"), hostile.mail.html);
    contains(hostile.mail.html, ["&lt;img src=x onerror=alert(1)&gt;"]);
    await alert.stop();
    await room.close();
  });
});
