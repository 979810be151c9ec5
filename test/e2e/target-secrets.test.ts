/**
 * A target behind a password and a JSON rule, whole: verbs, collector, local probe, a server that checks what it is sent
 * and then says it aloud. The value is on the disk only sealed, and in no answer, log or output, searched byte by byte.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { MeasurementView, OnceResult } from "../../collector/wire/on-demand.ts";
import type { Sample } from "../../collector/wire/sample.ts";
import { carrierwatch, type Ran } from "../collector/cli/command-line.ts";
import { type ApiClient, apiClient, setUp } from "../support/api.ts";
import { type HttpTarget, httpTarget } from "../support/http-target.ts";
import { busyMachine, type Product, product, scratch } from "../support/product.ts";

const folder = scratch("target-secrets");
const values = scratch("target-secrets-values");
const FIRST = "first-Passwort-4711";
const SECOND = "second-Passwort-0815";
const outputs: string[] = [];
let accepted = FIRST;
/** Says what it was sent, as a broken server may. */
let aloud = false;
let server: HttpTarget;
let running: Product;
let client: ApiClient;
let id = "";

const basic = (password: string) => `Basic ${Buffer.from(`probe:${password}`).toString("base64")}`;

function handle(request: IncomingMessage, response: ServerResponse): void {
  const sent = request.headers.authorization ?? "";
  if (sent !== basic(accepted)) {
    response.writeHead(401, { server: sent, "x-sent": sent }).end(`wrong: ${sent} ${accepted}`);
    return;
  }
  const state = aloud ? accepted : "up";
  if (aloud) response.setHeader("server", sent).setHeader("via", accepted);
  response.setHeader("content-type", "application/json").end(JSON.stringify({ data: [{ state }] }));
}

before(async () => {
  busyMachine(folder.dir);
  server = await httpTarget({ handle });
});
after(async () => {
  await running?.stop();
  await server?.close();
  folder.remove();
  values.remove();
});

async function start(): Promise<string> {
  running = product("start", ["--listen", "127.0.0.1:0", "--allow", "127.0.0.1/32"], {
    dir: folder.dir,
    env: { CARRIERWATCH_DEBUG: "1" },
  });
  return (await running.says(/dashboard\s+(http\S+)/))[1] ?? "";
}

async function verb(input: string, ...args: string[]): Promise<Ran> {
  const ran = await carrierwatch([...args, "--data", folder.dir], { input });
  outputs.push(ran.out, ran.err);
  return ran;
}

/** The next sample that is as wanted. */
function nextSample(wanted: (sample: Sample) => boolean, act?: () => Promise<unknown>): Promise<Sample> {
  return client.live(
    (event) => {
      const { sample } = (event["sample"] ?? {}) as { sample?: Sample };
      return event.type === "sample" && sample && wanted(sample) ? sample : null;
    },
    () => void act?.(),
  );
}

/** What comes out when the target is measured now. */
async function measured(): Promise<OnceResult> {
  let view = await client.call<MeasurementView>("POST", "/measurements", { target: id });
  while (!view.over) {
    view = await client.call("GET", `/measurements/${view.id}?known=${view.revision}&wait=30`);
  }
  outputs.push(JSON.stringify(view));
  const result = view.lanes[0]?.result;
  assert.ok(result, JSON.stringify(view));
  return result;
}

test("a password by name and a JSON rule, set by verbs: the first sample is up", async () => {
  await start();
  client = await setUp((await running.says(/set up\s+(http\S+)/))[1] ?? "", { carrier: "ct" });
  const rules = [
    "--expect-json",
    "data[0].state=up",
    "--matches",
    '"state":\\s*"[a-z]+"',
    "--max-bytes",
    "99",
  ];
  const credentials = ["--basic-user", "probe", "--secret", "shop"];
  const add = ["target", "add", `${server.url}/private`, "--name", "private", ...rules, ...credentials];
  add.push("--cron", "*/10 * * * * *");
  const early = await verb("", ...add);
  assert.equal(early.code, 64);
  assert.match(early.err, /no secret "shop"; there is none yet/);
  assert.equal((await verb(`${FIRST}\n`, "secret", "add", "shop")).code, 0);
  const sample = await nextSample(
    () => true,
    () => verb("", ...add),
  );
  assert.equal(sample.state, "up", JSON.stringify(sample.failure));
  id = sample.target;
  assert.equal(server.seen.requests.at(-1)?.headers.authorization, basic(FIRST));
  const shown = await verb("", "target", "show", "private");
  assert.match(shown.out, /^authorization +basic, user probe, secret shop$/m);
  assert.match(shown.out, /^expects json +data\[0\]\.state = "up"$/m);
});

test("another value is used at once, without touching the target", async () => {
  accepted = SECOND;
  const file = join(values.dir, "value");
  writeFileSync(file, `${SECOND}\n`, { mode: 0o600 });
  assert.equal((await verb("", "secret", "edit", "shop", "--value-file", file)).code, 0);
  assert.equal((await measured()).state, "up");
  assert.equal(server.seen.requests.at(-1)?.headers.authorization, basic(SECOND));
  await nextSample(({ state }) => state === "up");
});

test("what a server says aloud of the password is [secret] in the sample that is kept", async () => {
  aloud = true;
  const sample = await nextSample(({ state }) => state === "down");
  assert.deepEqual([sample.failure?.phase, sample.failure?.cause], ["content", "content"]);
  assert.match(sample.failure?.detail ?? "", /also broken: json$/);
  assert.equal(sample.detail.head?.via, "[secret]");
  assert.equal((await verb("", "target", "edit", "private", "--unset", "expect.bodyMatches")).code, 0);
  assert.equal((await measured()).failure?.detail, 'json data[0].state is "[secret]", expected "up"');
  aloud = false;
});

test("a wrong password is a status like any other, the other broken rule is named", async () => {
  accepted = FIRST;
  assert.equal((await measured()).failure?.detail, "status 401, expected 200-299; also broken: json");
  accepted = SECOND;
});

test("a restart forgets nothing; the secret cannot go while it is used", async () => {
  for (const args of ["config check", "secret list", "secret list --json", "target list --json"]) {
    assert.equal((await verb("", ...args.split(" "))).code, 0, args);
  }
  assert.equal((await verb("", "export", "private", "--jsonl")).code, 0);
  assert.match((await verb("", "secret", "remove", "shop")).err, /used by target/);
  outputs.push(running.output());
  assert.equal(await running.stop(), 0);
  client = apiClient(await start());
  await client.call("POST", "/session", { username: "admin", password: "a long enough password" });
  await nextSample(({ state }) => state === "up");
});

test("neither value stands anywhere but sealed: not in a file, an answer, a log or an output", async () => {
  for (const path of ["/secrets", "/targets", `/targets/${id}`, `/targets/${id}/definition`, "/overview"]) {
    outputs.push(JSON.stringify(await client.call("GET", path)));
  }
  outputs.push(JSON.stringify(await client.call("GET", `/targets/${id}/samples`)));
  outputs.push(JSON.stringify(await client.ask("POST", "/secrets", { name: "shop", value: SECOND })));
  outputs.push(JSON.stringify(await client.ask("PUT", "/secrets/none", { value: SECOND })));
  outputs.push(running.output());
  assert.equal(await running.stop(), 0);
  const needles = [FIRST, SECOND].flatMap((value) => [
    ...[Buffer.from(value), Buffer.from(value, "utf16le")],
    ...[value, `probe:${value}`].map((text) =>
      Buffer.from(Buffer.from(text).toString("base64").slice(0, 20)),
    ),
  ]);
  const files = readdirSync(folder.dir, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const places = files.map((one) => join(one.parentPath, one.name));
  assert.ok(
    places.some((path) => path.endsWith("secret.key")) && places.some((path) => path.endsWith(".db")),
  );
  assert.ok(
    places.some((path) => path.endsWith("assignments.json")),
    places.join("\n"),
  );
  // The search itself: what is not secret is found.
  assert.ok(places.some((path) => readFileSync(path).includes('"secret":"shop"')));
  for (const path of places) {
    const bytes = readFileSync(path);
    for (const needle of needles) assert.equal(bytes.includes(needle), false, `${path}: ${needle}`);
  }
  assert.ok(outputs.length > 20);
  for (const needle of needles)
    assert.equal(outputs.join("\n").includes(needle.toString()), false, `${needle}`);
});
