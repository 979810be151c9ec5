/** Passwords, sealed secrets and keys at rest. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { accountsPart } from "../../../collector/auth/accounts.ts";
import { passwords } from "../../../collector/auth/password.ts";
import { secretsPart } from "../../../collector/auth/secrets.ts";
import { vantageKeysPart } from "../../../collector/auth/vantage-keys.ts";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import { fakeClock } from "../../support/fake-clock.ts";

function folder(t: { after(act: () => void): void }): string {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-secrets-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test("a password verifies, with its parameters in the stored line, and another does not", async () => {
  const p = passwords();
  const stored = await p.hash("correct horse");
  assert.match(stored, /^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  assert.notEqual(stored, await p.hash("correct horse"));
  assert.equal(await p.verify("correct horse", stored), true);
  assert.equal(await p.verify("correct horsf", stored), false);
  for (const nothing of [null, "", "scrypt", "plain$x", stored.slice(0, -44)]) {
    assert.equal(await p.verify("correct horse", nothing), false, String(nothing));
  }
});

test("composed and decomposed letters are the same password", async () => {
  const p = passwords();
  assert.equal(await p.verify("Zu\u0308rich-2026", await p.hash("Z\u00fcrich-2026")), true);
});

test("a flood of logins is told to come back instead of queueing without end", async () => {
  const p = passwords();
  const all = await Promise.allSettled(Array.from({ length: 40 }, () => p.verify("x", null)));
  const refused = all.filter((each) => each.status === "rejected");
  assert.equal(refused.length, 8);
  for (const each of refused) assert.equal(each.reason.code, "busy");
  assert.equal(await p.verify("x", null), false, "and afterwards it goes on");
});

test("a sealed secret opens with its key file and purpose only", (t) => {
  const dir = folder(t);
  const secrets = secretsPart({ dir });
  const sealed = secrets.seal("密码 p@ss", "smtp-password");
  assert.equal(sealed.includes("p@ss"), false);
  assert.notEqual(sealed, secrets.seal("密码 p@ss", "smtp-password"));
  assert.equal(secretsPart({ dir }).open(sealed, "smtp-password"), "密码 p@ss");
  assert.throws(() => secrets.open(sealed, "other"), { code: "config" });
  const flipped = `${sealed.slice(0, -1)}${sealed.endsWith("A") ? "B" : "A"}`;
  assert.throws(() => secrets.open(flipped, "smtp-password"), { code: "config", hint: /key file/ });
  assert.throws(() => secretsPart({ dir: folder(t) }).open(sealed, "smtp-password"), /secret\.key/);
});

test("the key file is readable by its owner only, and a damaged one is refused in words", (t) => {
  const dir = folder(t);
  secretsPart({ dir });
  const file = join(dir, "secret.key");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const before = readFileSync(file);
  chmodSync(file, 0o644);
  secretsPart({ dir });
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readFileSync(file), before);
  writeFileSync(file, "");
  secretsPart({ dir });
  assert.equal(statSync(file).size, 32, "a first start that was cut short is made good");
  writeFileSync(file, "short");
  assert.throws(() => secretsPart({ dir }), { code: "config", message: /5 bytes instead of 32/ });
});

test("keys and join secrets are kept hashed, and a key in use survives new ones that nobody used", async () => {
  const store = memoryStore();
  const keys = vantageKeysPart({ store, clock: fakeClock() });
  const all = [await keys.issue("v1"), await keys.issue("v1"), await keys.issue("v1")] as const;
  const { secret } = await keys.createJoin("v1");
  const kept = JSON.stringify([await store.registry.list("key"), await store.registry.list("join")]);
  for (const text of [...all.map((key) => key.slice("cwp_v1_".length)), secret]) {
    assert.equal(kept.includes(text), false);
  }
  assert.equal(await keys.verify(all[1]), null);
  assert.equal(await keys.verify(all[0]), "v1");
  assert.equal(await keys.verify(all[2]), "v1");
  assert.equal(await keys.verify(all[0]), null, "the newer one was used");
  assert.equal(await keys.joined("v1"), true);
  await keys.revoke("v1");
  assert.equal(await keys.verify(all[2]), null);
  assert.equal(await keys.redeemJoin(secret), null);
  for (const text of ["", "cwp_", "cwp_v1_", `cwp_../x_${"a".repeat(43)}`])
    assert.equal(await keys.verify(text), null);
});

test("a lost password is reset without the old one, and every session ends", async () => {
  const store = memoryStore();
  const accounts = accountsPart({ store, clock: fakeClock() });
  const token = (await accounts.setupToken()) ?? "";
  assert.equal(await accounts.setupToken(), token, "valid until used");
  const account = { username: "Admin", password: "correct horse", language: "en", timeZone: "UTC" } as const;
  const { cookie } = await accounts.setup({ token, ...account });
  await accounts.users.resetPassword("admin", "battery staple");
  assert.equal(await accounts.session(cookie), null);
  await assert.rejects(accounts.login({ username: "admin", password: "correct horse" }, "::1"), {
    code: "bad_login",
  });
  await accounts.login({ username: "admin", password: "battery staple" }, "::1");
  await assert.rejects(accounts.users.resetPassword("nobody", "battery staple"), { code: "not_found" });
  const kept = JSON.stringify(await store.registry.list("user"));
  assert.equal(/battery|correct/.test(kept), false);
});
