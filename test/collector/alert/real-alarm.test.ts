/**
 * A failing URL becomes a mail, for real: the command as a user starts it, a real target, a real mail server, and
 * kill -9 between the beginning and the end.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ApiClient, apiClient, setUp } from "../../support/api.ts";
import { httpTarget } from "../../support/http-target.ts";
import { busyMachine, type Product, product, scratch } from "../../support/product.ts";
import { startSmtpServer } from "../../support/smtp-server.ts";

test("down, kill -9, recovered, slow: each is one mail", async (t) => {
  const folder = scratch("alarm");
  busyMachine(folder.dir);
  const smtp = await startSmtpServer();
  const site = await httpTarget({ body: "ok" });
  const subject = async (n: number) => (await smtp.received(n)).mail.subject ?? "";
  let running: Product | undefined;
  t.after(async () => {
    await running?.stop();
    await site.close();
    await smtp.stop();
    folder.remove();
  });
  const start = async (): Promise<Product> => {
    running = product("start", ["--listen", "127.0.0.1:0", "--allow", "127.0.0.1/32"], { dir: folder.dir });
    await running.says(/dashboard\s+(http\S+)/);
    return running;
  };
  let child = await start();
  const client: ApiClient = await setUp((await child.says(/set up\s+(http\S+)/))[1] ?? "", { carrier: "ct" });
  await client.call("PUT", "/settings/smtp", {
    host: "127.0.0.1",
    port: smtp.port,
    security: "none",
    fromAddress: "watch@example.com",
  });
  const kim = { name: "Kim", address: "kim@example.com", language: "en", timeZone: "Europe/Berlin" };
  await client.call("POST", "/recipients", kim);
  site.script = { status: 500, body: "broken" };
  await client.call("POST", "/targets", {
    name: "shop",
    url: `${site.url}/`,
    cron: "*/10 * * * * *",
    alarm: { ticks: 1, lines: { total: { limit: 1500 } } },
  });
  assert.match(await subject(1), /^\[carrierwatch\]\[DOWN\] shop is down as seen from /);
  assert.match(
    smtp.mails[0]?.mail.text ?? "",
    /It fails in the phase Status: .*evidence points to the site's side/,
  );

  await child.stop("SIGKILL");
  child = await start();
  const again = apiClient((await child.says(/dashboard\s+(http\S+)/))[1] ?? "");
  await again.call("POST", "/session", { username: "admin", password: "a long enough password" });
  site.script = { body: "ok" };
  assert.match(await subject(2), /^\[carrierwatch\]\[RECOVERED\] shop recovered after /);

  site.script = { body: "ok", delayMs: 2500 };
  assert.match(await subject(3), /^\[carrierwatch\]\[SLOW\] shop is slow as seen from /);
  assert.match(smtp.mails[2]?.mail.text ?? "", /above the alarm line of 1\.50 s/);
  assert.equal(smtp.mails.length, 3);
});
