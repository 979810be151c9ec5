/**
 * The text to paste on another machine: fetches the probe program from this collector, compares its checksum with the
 * token's, and joins. Needs Node and a shell there, nothing else.
 *
 * The token goes in by stdin, never argv, where other users of the machine could read it.
 */
import { JOIN_PREFIX, JoinToken } from "../wire/probe-protocol.ts";

/** Where the program lies, under the public URL. */
export const PROGRAM_PATH = "/join/probe.mjs";

// The download carries no secret and is compared with the token's checksum, so it may skip a pinned certificate's chain.
const BOOTSTRAP = `
const fs=require("fs"),text=fs.readFileSync(0,"utf8");
const token=JSON.parse(Buffer.from(/${JOIN_PREFIX}([\\w-]+)/.exec(text)[1],"base64url"));
const end=(why)=>{console.error("carrierwatch: "+why);process.exit(1)};
const url=new URL(token.url+"${PROGRAM_PATH}");
require(url.protocol.slice(0,-1)).get(url,{rejectUnauthorized:!token.certificateSha256},(answer)=>{
const parts=[];answer.on("data",(part)=>parts.push(part)).on("end",()=>{
const program=Buffer.concat(parts);
if(require("crypto").createHash("sha256").update(program).digest("hex")!==token.programSha256)end("what "+url+" answered ("+answer.statusCode+") is not the probe program this command was made for");
fs.mkdirSync("carrierwatch-probe",{recursive:true});fs.writeFileSync("carrierwatch-probe/probe.mjs",program);
const child=require("child_process").spawn(process.execPath,["carrierwatch-probe/probe.mjs","join","-","--data","carrierwatch-probe","--run"],{stdio:["pipe","inherit","inherit"]});
child.stdin.end(text);
child.on("exit",(code)=>process.exit(code??1))})}).on("error",(error)=>end(url+": "+error.message))
`
  .trim()
  .replaceAll("\n", "");

/** @returns The token, and the command with the token in its here-document. */
export function joinCommand(content: JoinToken): { command: string; token: string } {
  const json = JSON.stringify(JoinToken.parse(content));
  const token = `${JOIN_PREFIX}${Buffer.from(json).toString("base64url")}`;
  return { token, command: `node -e '${BOOTSTRAP}' <<'CARRIERWATCH'\n${token}\nCARRIERWATCH\n` };
}
