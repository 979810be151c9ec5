/** Certificates made by openssl for one test process: an authority, and leaves with any name, date or flaw. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Leaf = { readonly key: string; readonly cert: string };

export type LeafOptions = {
  /** Names and addresses it is for; default localhost and 127.0.0.1. */
  readonly names?: readonly string[];
  /** openssl dates, YYYYMMDDHHMMSSZ; default: from a day ago for 90 days. */
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** Signed by itself instead of the authority. */
  readonly selfSigned?: boolean;
  /** Extra bytes of certificate, for huge chains. */
  readonly padding?: number;
};

export type TestCa = {
  /** PEM: give it to measurer({ ca }). */
  readonly cert: string;
  leaf(options?: LeafOptions): Leaf;
};

let made: TestCa | undefined;

/** The authority of this process; its files are gone when it ends. */
export function testCa(): TestCa {
  made ??= makeCa();
  return made;
}

function makeCa(): TestCa {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-ca-"));
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  const newKey = (file: string) =>
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file);
  newKey("ca.key");
  openssl(
    ...["req", "-x509", "-new", "-key", "ca.key", "-out", "ca.crt", "-days", "90"],
    ...["-subj", "/CN=carrierwatch test authority", "-addext", "basicConstraints=critical,CA:TRUE"],
  );
  writeFileSync(join(dir, "index.txt"), "");
  writeFileSync(join(dir, "serial"), "1000");
  let count = 0;
  return {
    cert: readFileSync(join(dir, "ca.crt"), "utf8"),
    leaf(options = {}) {
      count += 1;
      const name = `leaf${count}`;
      const names = options.names ?? ["localhost", "127.0.0.1"];
      const san = names.map((n) => `${/^[\d.]+$|:/.test(n) ? "IP" : "DNS"}:${n}`).join(",");
      writeFileSync(join(dir, `${name}.cnf`), configOf(san, options.padding ?? 0));
      newKey(`${name}.key`);
      const subject = ["-subj", `/CN=${names[0] ?? "nobody"}`];
      openssl("req", "-new", "-key", `${name}.key`, "-out", `${name}.csr`, ...subject);
      openssl(
        ...["ca", "-batch", "-config", `${name}.cnf`, "-in", `${name}.csr`, "-out", `${name}.crt`, "-notext"],
        ...["-startdate", options.notBefore ?? stamp(-1), "-enddate", options.notAfter ?? stamp(90)],
        ...(options.selfSigned
          ? ["-selfsign", "-keyfile", `${name}.key`]
          : ["-keyfile", "ca.key", "-cert", "ca.crt"]),
      );
      return {
        key: readFileSync(join(dir, `${name}.key`), "utf8"),
        cert: readFileSync(join(dir, `${name}.crt`), "utf8"),
      };
    },
  };
}

function stamp(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]/g, "").slice(0, 14)}Z`;
}

function configOf(san: string, padding: number): string {
  const pad = padding > 0 ? `nsComment=${"x".repeat(padding)}\n` : "";
  return `[ca]
default_ca=me
[me]
dir=.
database=index.txt
serial=serial
new_certs_dir=.
default_md=sha256
policy=any
unique_subject=no
x509_extensions=ext
[any]
commonName=supplied
[ext]
subjectAltName=${san}
basicConstraints=CA:FALSE
${pad}`;
}
