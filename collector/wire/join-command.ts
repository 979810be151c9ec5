/**
 * The text a person pastes on a machine that shall become a vantage: a shell and Node are all it needs.
 *
 * It fetches the probe program from the collector, checks certificate and checksum against the join text, and runs it.
 * The join text travels on stdin, never as an argument. Nothing in the script may hold a single quote.
 */

const SCRIPT = `
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { text } from "node:stream/consumers";

const stop = (why) => { console.error("carrierwatch: " + why); process.exit(1); };
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) stop("needs Node 22.19 or newer, this is " + process.versions.node);
const joinText = (await text(process.stdin)).trim();
const join = JSON.parse(Buffer.from(joinText.replace("cwj1_", ""), "base64url"));
const url = join.url.replace(/[/]+$/, "") + "/join/probe.mjs";
const { get } = await import(url.startsWith("https:") ? "node:https" : "node:http");
const answer = await new Promise((resolve, reject) =>
  get(url, { rejectUnauthorized: !join.certificateSha256 }, resolve).on("error", reject),
).catch((error) => stop(url + ": " + error.message));
const seen = answer.socket.getPeerCertificate?.().fingerprint256.replaceAll(":", "").toLowerCase();
if (join.certificateSha256 && seen !== join.certificateSha256) stop("the collector shows another certificate: " + seen);
if (answer.statusCode !== 200) stop(url + " answers " + answer.statusCode);
const program = Buffer.concat(await answer.toArray());
if (createHash("sha256").update(program).digest("hex") !== join.programSha256) stop("the program has another checksum");
const dir = process.argv[1] ?? homedir() + "/.carrierwatch";
mkdirSync(dir, { recursive: true, mode: 0o700 });
writeFileSync(dir + "/probe.mjs", program);
const probe = spawn(process.execPath, [dir + "/probe.mjs", "join", "--run"], { stdio: ["pipe", "inherit", "inherit"] });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => probe.kill("SIGTERM"));
probe.on("exit", (code) => process.exit(code ?? 1));
probe.stdin.end(joinText);
`;

/**
 * The command for one join text.
 *
 * @param token A join text, `cwj1_...`.
 * @param dir Folder on that machine for program, key and samples; default ~/.carrierwatch.
 * @returns Lines for a POSIX shell.
 */
export function joinCommand(token: string, dir?: string): string {
  const argument = dir === undefined ? "" : ` ${dir}`;
  return `node --input-type=module -e '${SCRIPT}'${argument} <<'EOF'\n${token}\nEOF\n`;
}
