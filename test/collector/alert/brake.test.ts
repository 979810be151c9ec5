/** A target that flaps: so many mails, then only what lasts, and the rest in the daily digest. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeMailroom } from "./mailroom.ts";

test("ten mails within an hour, then a beginning waits ten minutes; its end is always told", async (t) => {
  const room = await makeMailroom({ alarm: { ticks: 1 } });
  const { world } = room;
  const alert = world.alert();
  t.after(async () => {
    await alert.stop();
    await room.close();
  });
  alert.start();
  const pass = async (text: string) => {
    for (const letter of text) {
      await world.pass({ ct: letter, cnc: letter, cmcc: letter });
      await room.deliver();
    }
  };
  await pass("DUDUDUDUDU");
  const mails = room.take();
  assert.equal(mails.length, 10);
  assert.deepEqual(
    mails.map(({ mail }) => /已有 10 封/.test(mail.text ?? "")),
    [...Array(9).fill(false), true],
  );
  await pass("DUDDUDDDDDDDDDD");
  assert.deepEqual(room.subjects(), []);
  await pass("D");
  assert.deepEqual(room.subjects(), ["[carrierwatch][故障] 官网首页 访问失败"]);
  await pass("U");
  assert.match(room.subjects().join(), /恢复/);
  world.clock.jump(24 * 3_600_000);
  await room.deliver();
  assert.deepEqual(room.subjects(), ["[carrierwatch][汇总] 事后发现 2 次事件，官网首页"]);
  await pass("D");
  assert.deepEqual(room.subjects(), ["[carrierwatch][故障] 官网首页 访问失败"]);
  assert.deepEqual(world.log.errors, []);
});
