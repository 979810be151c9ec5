/** The chain a server sends: its issuers by name, without the root, and whether it holds. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { chainsOf } from "../../../probe/measure/certificate.ts";
import { httpTarget } from "../../support/http-target.ts";
import { assignmentFor, testMeasurer } from "../../support/probe-bench.ts";

const dir = mkdtempSync(join(tmpdir(), "carrierwatch-chain-"));
after(() => rmSync(dir, { recursive: true, force: true }));
const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
const read = (name: string) => readFileSync(join(dir, name), "utf8");

/** A certificate of `name`, signed by `by`; by itself when that is absent. */
function make(name: string, extension: string, by?: string): void {
  writeFileSync(join(dir, `${name}.ext`), `${extension}\n`);
  openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${name}.key`);
  const subject = ["-subj", `/CN=${name}`];
  openssl("req", "-new", "-key", `${name}.key`, "-out", `${name}.csr`, ...subject);
  const signer = by
    ? ["-CA", `${by}.crt`, "-CAkey", `${by}.key`, "-CAcreateserial"]
    : ["-signkey", `${name}.key`];
  const files = ["-in", `${name}.csr`, "-out", `${name}.crt`, "-extfile", `${name}.ext`];
  openssl("x509", "-req", ...files, ...signer, "-days", "9");
}

const IS_CA = "basicConstraints=critical,CA:TRUE";
make("root", IS_CA);
make("upper", IS_CA, "root");
make("lower", IS_CA, "upper");
make("leaf", "subjectAltName=IP:127.0.0.1", "lower");

const CASES: readonly (readonly [sent: string[], chain: string[] | undefined, state: string])[] = [
  [["leaf", "lower", "upper"], ["lower", "upper"], "up"],
  [["leaf", "lower", "upper", "root"], ["lower", "upper"], "up"],
  [["leaf", "lower"], ["lower"], "down"],
  [["leaf"], undefined, "down"],
];

for (const [sent, chain, state] of CASES) {
  test(`a server that sends ${sent.join(", ")} is ${state}, and its chain is ${chain?.join(", ") ?? "not there"}`, async () => {
    const cert = sent.map((name) => read(`${name}.crt`)).join("");
    const target = await httpTarget({ tls: { key: read("leaf.key"), cert } });
    const measurer = testMeasurer({ ca: [read("root.crt")] });
    const sample = await measurer.measure(assignmentFor(target.url));
    measurer.close();
    await target.close();
    assert.equal(sample.state, state, JSON.stringify(sample));
    assert.deepEqual(sample.detail.certificate?.chain, chain);
    assert.equal(sample.detail.certificate?.problem === undefined, state === "up");
    if (state === "down") assert.equal(sample.failure?.cause, "certificate-untrusted");
  });
}

test("a chain is read once in ten minutes for a leaf, and a thousand are kept", () => {
  let nowMs = 0;
  let reads = 0;
  const chains = chainsOf(() => nowMs);
  const look = (leaf: string) => {
    return chains.of(leaf, () => {
      reads += 1;
      return [`${leaf} ${reads}`];
    });
  };
  assert.deepEqual([look("a"), look("a"), look("b")], [["a 1"], ["a 1"], ["b 2"]]);
  nowMs = 599_999;
  assert.deepEqual(look("a"), ["a 1"]);
  nowMs = 600_000;
  assert.deepEqual(look("a"), ["a 3"]);
  for (let index = 0; index < 1_024; index += 1) look(String(index));
  assert.deepEqual(look("a"), [`a ${reads}`]);
});
