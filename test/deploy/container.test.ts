/** The container files: not root, read-only, healthy by asking, one collector with two probes. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import * as z from "zod";
import { VERSION } from "../../collector/wire/version.ts";
import { ROOT } from "../support/source-tree.ts";

const FOLDER = join(ROOT, "deploy", "container");
const dockerfile = readFileSync(join(FOLDER, "Dockerfile"), "utf8");
const instructions = dockerfile
  .replaceAll("\\\n", " ")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => [line.split(" ")[0] ?? "", line.slice(line.indexOf(" ") + 1).trim()] as const);
const last = (name: string) => instructions.filter(([word]) => word === name).at(-1)?.[1] ?? "";

const Service = z.strictObject({
  image: z.literal(`carrierwatch:${VERSION}`),
  build: z.strictObject({ context: z.string(), dockerfile: z.literal("deploy/container/Dockerfile") }),
  user: z.literal("10001:10001"),
  init: z.literal(true),
  read_only: z.literal(true),
  tmpfs: z.array(z.string()),
  cap_drop: z.tuple([z.literal("ALL")]),
  security_opt: z.tuple([z.literal("no-new-privileges:true")]),
  restart: z.string(),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string().startsWith("127.0.0.1:")).optional(),
  volumes: z.array(z.string()),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal("service_healthy") })).optional(),
  healthcheck: z.strictObject({ disable: z.literal(true) }).optional(),
  secrets: z.array(z.strictObject({ source: z.string(), target: z.string() })).optional(),
  mem_limit: z.string(),
});
const Compose = z.object({
  name: z.literal("carrierwatch"),
  services: z.record(z.string(), Service),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
  volumes: z.record(z.string(), z.null()),
});

test("the image is built in stages and runs as a user without rights", () => {
  assert.deepEqual(
    instructions.filter(([word]) => word === "FROM").map(([, from]) => from),
    ["node:24-slim AS build", "node:24-slim"],
  );
  assert.equal(last("USER"), "10001:10001");
  assert.equal(last("VOLUME"), "/var/lib/carrierwatch");
  assert.deepEqual(JSON.parse(last("ENTRYPOINT")), ["node", "/app/node_modules/carrierwatch/deploy/bin.js"]);
  assert.ok(existsSync(join(ROOT, "deploy", "bin.js")));
  assert.deepEqual(JSON.parse(last("CMD")), ["collector"]);
});

test("the image's health command passes on 200 and fails on 503 or nobody", async (t) => {
  const command = z.array(z.string()).parse(JSON.parse(last("HEALTHCHECK").replace(/^.*?CMD /, "")));
  let status = 200;
  const server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const run = async (at: number) => {
    const { spawn } = await import("node:child_process");
    const child = spawn(
      process.execPath,
      command.slice(1).map((arg) => arg.replace(":8080/", `:${at}/`)),
    );
    return new Promise((resolve) => child.once("close", resolve));
  };
  assert.equal(command[0], "node");
  assert.equal(await run(port), 0);
  status = 503;
  assert.equal(await run(port), 1);
  assert.equal(await run(1), 1);
});

test("compose starts a collector and two probes, each read-only with a volume of its own", () => {
  const compose = Compose.parse(parse(readFileSync(join(FOLDER, "compose.yaml"), "utf8"), { merge: true }));
  assert.deepEqual(Object.keys(compose.services), ["collector", "probe-a", "probe-b"]);
  const volumes = Object.values(compose.services).flatMap((service) => service.volumes);
  assert.deepEqual(volumes.map((volume) => volume.split(":")[0]).sort(), Object.keys(compose.volumes).sort());
  for (const [name, service] of Object.entries(compose.services)) {
    assert.equal(service.command[0], name === "collector" ? "collector" : "probe");
    for (const secret of service.secrets ?? []) assert.ok(secret.source in compose.secrets, secret.source);
  }
});

test("what a build does not need stays out of its context", () => {
  const ignored = readFileSync(join(FOLDER, "Dockerfile.dockerignore"), "utf8").split("\n");
  for (const name of [".git", "node_modules", "data", "demo-data"]) assert.ok(ignored.includes(name), name);
});

test("a shell script of the repository parses", () => {
  const run = spawnSync("bash", ["-n", join(ROOT, ".ci", "run")], { encoding: "utf8" });
  assert.equal(run.stderr, "");
  const script = readFileSync(join(ROOT, ".ci", "run"), "utf8");
  assert.match(script, /^set -euo pipefail$/m);
  assert.match(script.trimEnd(), /\nnpm test$/);
});
