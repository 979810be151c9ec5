/** The thread boundary: errors keep their class and words, and a thread that ends leaves nobody waiting. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startWorker } from "../../../collector/store/sqlite/client.ts";
import { errorOf, plainErrorOf } from "../../../collector/store/sqlite/messages.ts";
import { workerUrl } from "../../../collector/store/sqlite/worker-url.ts";
import {
  CarrierwatchError,
  ConfigError,
  InvalidInputError,
  UnavailableError,
  VersionConflictError,
} from "../../../collector/wire/errors.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const errors = [
  new ConfigError("the file is damaged", { hint: "restore it" }),
  new UnavailableError("disk_full", "the disk is full"),
  new UnavailableError("not_supported", "never", { retryable: false }),
  new VersionConflictError("target", "shop", 1, 2),
  new InvalidInputError("the cursor", [{ path: "cursor", message: "is not one" }]),
  new CarrierwatchError("backup_damaged", "the copy is damaged"),
];
for (const error of errors)
  test(`${error.name} ${error.code} crosses a thread unchanged`, () => {
    const other = errorOf(structuredClone(plainErrorOf(error)));
    assert.ok(other instanceof error.constructor);
    assert.ok(other instanceof CarrierwatchError);
    const fields = (one: CarrierwatchError) => [
      one.name,
      one.code,
      one.message,
      one.hint,
      one.retryable,
      one.issues,
    ];
    assert.deepEqual(fields(other), fields(error));
  });

test("another error keeps its name, message and code", () => {
  const other = errorOf(structuredClone(plainErrorOf(Object.assign(new TypeError("no"), { code: "E1" }))));
  assert.deepEqual([other.name, other.message, Reflect.get(other, "code")], ["TypeError", "no", "E1"]);
});

const worker = (source: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from "node:worker_threads"; ${source}`)}`,
  );

test("a thread that ends refuses what waits, and everything after", async () => {
  const client = await startWorker<{ ask(): number }>(
    worker(`parentPort.on("message", () => process.exit(0)); parentPort.postMessage({ kind: "opened" });`),
    null,
    silentLog,
  );
  const refused = (error: unknown) => {
    assert.ok(error instanceof UnavailableError);
    assert.equal(error.code, "store_stopped");
    return true;
  };
  await assert.rejects(client.call("ask"), refused);
  await assert.rejects(client.call("ask"), refused);
  assert.equal(client.ended(), "its thread has ended");
});

test("a thread that throws is logged once and refuses what waits", async () => {
  const logged: string[] = [];
  const log = { ...silentLog, error: (_: unknown, message: string) => logged.push(message) };
  const client = await startWorker<{ ask(): number }>(
    worker(
      `parentPort.on("message", () => { throw new Error("gone"); }); parentPort.postMessage({ kind: "opened" });`,
    ),
    null,
    log,
  );
  await assert.rejects(client.call("ask"), /the store does not answer: gone/);
  assert.deepEqual(logged, ["a store thread failed"]);
});

test("a worker's program has the extension of the file that starts it", () => {
  assert.equal(workerUrl("writer", "file:///x/store/sqlite-store.ts").href, "file:///x/store/writer.ts");
  assert.equal(workerUrl("writer", "file:///x/dist/sqlite-store.js").href, "file:///x/dist/writer.js");
});

test("closing finishes the writes that were asked for, and refuses what comes after", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const written = store.samples.put([record()], nowAfter(T0));
  await store.close();
  assert.deepEqual(await written, ["stored"]);
  await assert.rejects(store.samples.put([record()], nowAfter(T0)), { code: "store_stopped" });
  await assert.rejects(store.samples.latest([SERIES]), { code: "store_stopped" });
  await store.close();
  const again = await openIn(dir);
  assert.equal((await again.samples.latest([SERIES])).length, 1);
  await again.close();
});
