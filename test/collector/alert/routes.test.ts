/** Recipients, mail settings, the test button and incidents over a real port. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { notifierPart } from "../../../collector/alert/notifier.ts";
import type { MailTest } from "../../../collector/api/deps.ts";
import type { Incident } from "../../../collector/wire/incident.ts";
import { startSmtpServer } from "../../support/smtp-server.ts";
import { ask, served, signedIn } from "../api/served.ts";
import { settingsFor } from "./mailroom.ts";

const KIM = { name: "Kim", address: "kim@example.com", language: "en", timeZone: "Europe/Berlin" };

test("recipients are made, changed under their version, listed and removed", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  const made = await ask(`${s.api}/recipients`, { headers, body: KIM });
  assert.equal(made.status, 201);
  const url = `${s.api}/recipients/${made.body["id"]}`;
  const change = { version: made.body["version"], recipient: { ...KIM, language: "zh" } };
  assert.equal((await ask(url, { method: "PUT", headers, body: change })).body["language"], "zh");
  const stale = await ask(url, { method: "PUT", headers, body: change });
  assert.deepEqual([stale.status, stale.body["code"]], [409, "version_conflict"]);
  const listed = (await ask(`${s.api}/recipients`, { headers })).body["recipients"];
  assert.deepEqual(listed, [{ ...KIM, language: "zh", id: made.body["id"], version: 2 }]);
  assert.equal((await ask(url, { method: "DELETE", headers })).status, 204);
  assert.equal((await ask(url, { method: "DELETE", headers })).status, 404);
});

test("a recipient with a bad address, a name with a line end, or an unknown field is refused", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  for (const bad of [
    { address: "kim@example.com\r\nBcc: evil@example.net" },
    { address: "Kim <kim@example.com>" },
    { address: "a@example.com,b@example.com" },
    { name: "Kim\r\nBcc: evil@example.net" },
    { name: "Kim\u202e" },
    { extra: true },
  ]) {
    const answer = await ask(`${s.api}/recipients`, { headers, body: { ...KIM, ...bad } });
    assert.equal(answer.status, 400, JSON.stringify(bad));
  }
  assert.deepEqual(await s.store.registry.list("recipient"), []);
});

test("mail settings come in with a password and go out without it", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  const url = `${s.api}/settings/smtp`;
  assert.deepEqual((await ask(url, { headers })).body["configured"], false);
  const input = settingsFor(25, { username: "kim", password: "tell nobody" });
  const saved = await ask(url, { method: "PUT", headers, body: input });
  assert.equal(saved.status, 200);
  const read = await ask(url, { headers });
  const { password: _, ...shown } = input;
  assert.deepEqual(read.body["settings"], { ...shown, hasPassword: true });
  assert.ok(!JSON.stringify(read.body).includes("tell nobody"));
  assert.ok(!JSON.stringify(await s.store.registry.list("setting")).includes("tell nobody"));
  const { password: __, ...again } = input;
  await ask(url, { method: "PUT", headers, body: { ...again, port: 587 } });
  assert.deepEqual((await ask(url, { headers })).body["settings"], {
    ...shown,
    port: 587,
    hasPassword: true,
  });
});

test("the test button answers in the user's language", async (t) => {
  const smtp = await startSmtpServer();
  t.after(() => smtp.stop());
  const late: { mail?: MailTest } = {};
  const mail: MailTest = {
    test: async (...args) => (await late.mail?.test(...args)) ?? { ok: false, message: "" },
  };
  const s = await served(t, { mail });
  late.mail = notifierPart(s);
  const headers = await signedIn(s);
  const body = { to: "kim@example.com", smtp: settingsFor(smtp.port) };
  const answer = await ask(`${s.api}/settings/smtp/test`, { headers, body });
  assert.equal(answer.body["ok"], true, JSON.stringify(answer.body));
  assert.equal(smtp.mails[0]?.mail.subject, "[carrierwatch][TEST] the mail settings work");
  smtp.refuse = () => ({ status: 550, words: "not here" });
  const refused = await ask(`${s.api}/settings/smtp/test`, { headers, body });
  assert.match(
    String(refused.body["message"]),
    /^the server does not accept the recipient\. The server said: 550 not here/,
  );
});

test("incidents are listed newest first, open ones alone when asked, withdrawn ones never", async (t) => {
  const s = await served(t);
  const headers = await signedIn(s);
  const store = (id: string, fromS: number, toS: number | null) => {
    const incident: Incident = {
      id,
      target: "site",
      subject: "target",
      class: "down",
      fromS,
      toS,
      transitions: [],
    };
    return s.store.incidents.transition(incident, 0, []);
  };
  await store("site.1", 1000, 2000);
  await store("site.2", 3000, 3000);
  await store("site.3", 4000, null);
  const idsOf = async (query: string) => {
    const answer = await ask(`${s.api}/incidents${query}`, { headers });
    return (answer.body["incidents"] as { id: string }[]).map((incident) => incident.id);
  };
  assert.deepEqual(await idsOf(""), ["site.3", "site.1"]);
  assert.deepEqual(await idsOf("?open=true"), ["site.3"]);
  assert.deepEqual(await idsOf("?open=false&target=site"), ["site.1"]);
  assert.deepEqual(await idsOf("?target=other"), []);
  assert.equal((await ask(`${s.api}/incidents?open=maybe`, { headers })).status, 400);
});
