/**
 * Loaded into every thread of a process that is to be killed at its n-th call of the database: `--import` it, with the
 * number in CARRIERWATCH_KILL_AT, and the process ends there as by kill -9. How many there were is in CARRIERWATCH_CALLS.
 *
 * The writer's thread is the one whose calls count: its data names the folder.
 */
import { openSync, writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import Database from "better-sqlite3";

const at = Number(process.env["CARRIERWATCH_KILL_AT"]);
const told = process.env["CARRIERWATCH_CALLS"] ?? "";
/** Written over: whenever it is read, a number stands there. */
const WIDTH = 9;
const isWriter = workerData !== null && typeof workerData === "object" && "reserveBytes" in workerData;
const file = told === "" || !isWriter ? null : openSync(told, "w");
let calls = 0;

function called(): void {
  calls += 1;
  if (file !== null) writeSync(file, String(calls).padStart(WIDTH), 0);
  if (calls === at) process.kill(process.pid, "SIGKILL");
}

type Method = (...args: unknown[]) => unknown;

/** Counts before and behind each call: one that is half done is the business of the disk's own tests. */
function counted(holder: object, names: readonly string[]): void {
  const methods = holder as Record<string, Method>;
  for (const name of names) {
    const method = methods[name];
    if (!method) throw new Error(`better-sqlite3 has no ${name}`);
    methods[name] = function counting(this: unknown, ...args: unknown[]) {
      called();
      const result = method.apply(this, args);
      called();
      return result;
    };
  }
}

if (isWriter) {
  counted(Database.prototype, ["exec", "pragma"]);
  const memory = new Database(":memory:");
  counted(Object.getPrototypeOf(memory.prepare("SELECT 1")) as object, ["run"]);
  memory.close();
}
