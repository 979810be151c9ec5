/** A client certificate is saved only with the key that belongs to it; what has run out is said, and no key ever is. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { secretsPart } from "../../../collector/auth/secrets.ts";
import { InvalidInputError } from "../../../collector/wire/errors.ts";
import { scratch } from "../../support/product.ts";
import { testCa } from "../../support/test-ca.ts";
import { world } from "../world.ts";

const folder = scratch("certificates");
after(() => folder.remove());

const HTTPS = { name: "site", url: "https://www.example.com/" };
const ca = testCa();
/** They hold on the test's own clock, whatever day the machine has. */
const HOLDS = { notBefore: "20200101000000Z", notAfter: "20990601000000Z" };
const own = ca.leaf(HOLDS);
const other = ca.leaf(HOLDS);
const expired = ca.leaf({ notBefore: "20200101000000Z", notAfter: "20200601000000Z" });
const early = ca.leaf({ notBefore: "20980101000000Z", notAfter: "20990601000000Z" });
const secrets = {
  own: own.key,
  other: other.key,
  expired: expired.key,
  early: early.key,
  placeholder: "in each probe's file",
  broken: own.key.replace(/\n[^-\n]{8}/, "\nAAAAAAAA"),
  encrypted: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n",
};

const with_ = (certificate: string, key: string, more: object = {}) => ({
  ...HTTPS,
  tls: { clientCertificate: { certificate, key }, ...more },
});

const registry = async () => {
  const w = await world({ sealer: secretsPart({ dir: folder.dir }) });
  await w.vantage("ct-sh", "ct");
  for (const [name, value] of Object.entries(secrets)) await w.registry.secrets.create({ name, value });
  return w.registry;
};

test("a key of another certificate is refused, and one that cannot be read", async () => {
  const { targets } = await registry();
  for (const { key, certificate, want } of [
    { key: "other", certificate: own.cert, want: /the key in the secret "other" does not belong to this/ },
    { key: "own", certificate: ca.cert + own.cert, want: /does not belong to this certificate, the first/ },
    { key: "broken", certificate: own.cert, want: /the private key in the secret "broken" cannot be read/ },
    { key: "encrypted", certificate: own.cert, want: /one that is itself encrypted cannot be used/ },
  ]) {
    await assert.rejects(targets.create(with_(certificate, key)), (error) => {
      assert.ok(error instanceof InvalidInputError);
      const [issue, ...others] = error.issues;
      assert.equal(issue?.path, "tls.clientCertificate.key");
      assert.match(issue?.message ?? "", want);
      assert.equal(others.length, 0);
      assert.ok(!error.message.includes("PRIVATE KEY"));
      return true;
    });
  }
});

test("the key that belongs is saved, with the certificates that lead to its authority behind it", async () => {
  const { targets } = await registry();
  const { hint, ok } = await targets.preview(with_(own.cert + ca.cert, "own"));
  assert.deepEqual([ok, hint], [true, null]);
  const stored = await targets.create(with_(own.cert + ca.cert, "own"));
  await assert.rejects(
    targets.update(stored.id, stored.version, with_(other.cert, "own")),
    InvalidInputError,
  );
  assert.ok(await targets.update(stored.id, stored.version, with_(other.cert, "other")));
});

for (const { name, input, want } of [
  {
    name: "a certificate that has expired",
    input: with_(expired.cert, "expired"),
    want: "its client certificate expired on 2020-06-01",
  },
  {
    name: "one that does not hold yet",
    input: with_(early.cert, "early"),
    want: "its client certificate does not hold before 2098-01-01",
  },
  {
    name: "a key that only the probes have",
    input: with_(own.cert, "placeholder"),
    want: 'the secret "placeholder" holds no private key: each probe needs it in its own file',
  },
  {
    name: "an authority that has expired",
    input: { ...HTTPS, tls: { ca: expired.cert } },
    want: "a certificate of its authorities expired on 2020-06-01",
  },
]) {
  test(`saved, and said: ${name}`, async () => {
    const { targets } = await registry();
    const { ok, hint } = await targets.preview(input);
    assert.deepEqual([ok, hint], [true, want]);
  });
}
