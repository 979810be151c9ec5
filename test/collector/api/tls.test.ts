/** The certificate's files: read again when they change, refused in words when they do not fit, pinned when not public. */
import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { certificate, type KeyPair } from "../../../collector/api/tls.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { testCa } from "../../support/test-ca.ts";

const OFTEN_MS = 20;

function folder(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-cert-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const files = { certFile: join(dir, "cert.pem"), keyFile: join(dir, "key.pem") };
  return { dir, files };
}

test("a renewed pair is taken up without being told, also behind a switched symlink", async (t) => {
  const { dir, files } = folder(t);
  const issue = (name: string) => {
    const { cert, key } = testCa().leaf();
    writeFileSync(join(dir, `${name}.crt`), cert);
    writeFileSync(join(dir, `${name}.key`), key);
    for (const [file, target] of [
      [files.keyFile, `${name}.key`],
      [files.certFile, `${name}.crt`],
    ] as const) {
      symlinkSync(target, `${file}.new`);
      renameSync(`${file}.new`, file);
    }
    return cert;
  };
  const first = issue("one");
  let arrived = (_pair: KeyPair) => {};
  const renewed = new Promise<KeyPair>((resolve) => {
    arrived = resolve;
  });
  const watched = certificate(files, silentLog, (pair) => arrived(pair), OFTEN_MS);
  t.after(() => watched.close());
  assert.equal(watched.current().cert.toString(), first);
  const before = watched.pin();
  const second = issue("two");
  assert.equal((await renewed).cert.toString(), second);
  assert.notEqual(watched.pin(), before);
  assert.match(watched.pin() ?? "", /^[0-9a-f]{64}$/);
});

test("files that cannot be read, are none, or do not belong together are refused in words", (t) => {
  const { files } = folder(t);
  const open = () => certificate(files, silentLog, () => undefined, OFTEN_MS);
  assert.throws(open, { code: "config", message: /cert\.pem cannot be read/ });
  writeFileSync(files.certFile, "text");
  writeFileSync(files.keyFile, "text");
  assert.throws(open, { code: "config", message: /not a certificate and a key in PEM/ });
  writeFileSync(files.certFile, testCa().leaf().cert);
  writeFileSync(files.keyFile, testCa().leaf().key);
  assert.throws(open, { code: "config", message: /does not belong to the certificate/ });
});
