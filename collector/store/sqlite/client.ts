/**
 * The calling end of a worker: every call is a promise that its one answer settles.
 *
 * When the worker ends, what still waits is refused as unavailable: nobody knows whether it was committed.
 */
import { Worker } from "node:worker_threads";
import { UnavailableError } from "../../wire/errors.ts";
import type { Log } from "../../wire/log.ts";
import { type Answer, errorOf, type Operations } from "./messages.ts";

export type Client<O extends Operations> = {
  call<K extends keyof O & string>(op: K, ...args: Parameters<O[K]>): Promise<Awaited<ReturnType<O[K]>>>;
  /** The same; the blocks are the thread's from then on, not copied. */
  hand<K extends keyof O & string>(
    blocks: readonly ArrayBuffer[],
    op: K,
    ...args: Parameters<O[K]>
  ): Promise<Awaited<ReturnType<O[K]>>>;
  /** Null while the worker runs; afterwards why it does not. */
  ended(): string | null;
  /** Asks the thread to finish what waits and to let go of its files. */
  shut(): Promise<void>;
  /** Ends the thread; what waits is refused. */
  close(): Promise<void>;
};

/** Room for new objects per thread: the default of three times 16 MiB stays resident and gains nothing here. */
const YOUNG_MB = 12;

type Waiting = { resolve(value: unknown): void; reject(error: Error): void };

/** The first message to a thread that was started before it may open anything. */
const GO = "go";

/**
 * Starts a worker and waits until it has opened what it needs.
 *
 * @param after The thread is loaded at once, but opens nothing before this is fulfilled.
 * @throws whatever the worker failed with while opening.
 */
export async function startWorker<O extends Operations>(
  url: URL,
  workerData: unknown,
  log: Log,
  after?: Promise<unknown>,
): Promise<Client<O>> {
  const worker = new Worker(url, {
    workerData,
    name: url.pathname.split("/").at(-1) ?? "store",
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let ended: string | null = null;

  const end = (why: string) => {
    ended ??= why;
    for (const { reject } of waiting.values())
      reject(new UnavailableError("store_stopped", `the store does not answer: ${why}`));
    waiting.clear();
  };
  const settle = (id: number, act: (waiting: Waiting) => void) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (one) act(one);
    if (waiting.size === 0) worker.unref();
  };

  const opened = new Promise<void>((resolve, reject) => {
    worker.on("message", (answer: Answer) => {
      if (answer.kind === "value") settle(answer.id, (one) => one.resolve(answer.value));
      else if (answer.kind === "error") settle(answer.id, (one) => one.reject(errorOf(answer.error)));
      else if (answer.kind === "log") log[answer.level](answer.fields, answer.message);
      else if (answer.kind === "opened") resolve();
      else reject(errorOf(answer.error));
    });
    worker.on("error", (error: Error) => {
      log.error({ err: error, worker: url.pathname }, "a store thread failed");
      end(error.message);
      reject(error);
    });
    worker.on("exit", () => end("its thread has ended"));
  });
  await Promise.all([opened, after && begun(worker, after)]);
  // An idle store does not keep a program alive; a call that waits does.
  worker.unref();

  const send = (
    op: string,
    args: readonly unknown[],
    blocks: readonly ArrayBuffer[] = [],
  ): Promise<unknown> => {
    if (ended !== null)
      return Promise.reject(new UnavailableError("store_stopped", `the store does not answer: ${ended}`));
    lastId += 1;
    const id = lastId;
    worker.ref();
    const answered = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
    worker.postMessage({ id, op, args }, blocks);
    return answered;
  };
  return {
    call: (op, ...args) => asAnswerOf<O, typeof op>(send(op, args)),
    hand: (blocks, op, ...args) => asAnswerOf<O, typeof op>(send(op, args, blocks)),
    async shut() {
      await send("close", []);
    },
    ended: () => ended,
    async close() {
      ended ??= "it was closed";
      await worker.terminate();
    },
  };
}

async function begun(worker: Worker, after: Promise<unknown>): Promise<void> {
  try {
    await after;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  worker.postMessage(GO);
}

/** The thread boundary loses the type that `O` says the operation answers with. */
function asAnswerOf<O extends Operations, K extends keyof O>(
  answered: Promise<unknown>,
): Promise<Awaited<ReturnType<O[K]>>> {
  return answered as Promise<Awaited<ReturnType<O[K]>>>;
}
