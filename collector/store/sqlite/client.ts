/**
 * The calling end of a worker: every call is a promise that its one answer settles.
 *
 * When the worker ends, what still waits is refused as unavailable: nobody knows whether it was committed.
 */
import { Worker } from "node:worker_threads";
import { UnavailableError } from "../../wire/errors.ts";
import type { Log } from "../../wire/log.ts";
import { type Answer, type Call, errorOf, type Operations } from "./messages.ts";

export type Client<O extends Operations> = {
  call<K extends keyof O & string>(op: K, ...args: Parameters<O[K]>): Promise<Awaited<ReturnType<O[K]>>>;
  /**
   * The same, in one message with the others of this turn of the event loop, in order with every call.
   *
   * @param weight How much it is: a message is sent without waiting when it has MESSAGE_WEIGHT.
   */
  gather<K extends keyof O & string>(
    weight: number,
    op: K,
    ...args: Parameters<O[K]>
  ): Promise<Awaited<ReturnType<O[K]>>>;
  /** Null while the worker runs; afterwards why it does not. */
  ended(): string | null;
  /** Calls back when the thread has ended, for whatever reason. */
  onEnd(act: () => void): void;
  /** Asks the thread to finish what waits and to let go of its files. */
  shut(): Promise<void>;
  /** Ends the thread; what waits is refused. */
  close(): Promise<void>;
};

/**
 * Room for objects per thread. New ones: the default of three times 16 MiB stays resident and gains nothing here. Old
 * ones: by the most there may be V8 decides how much garbage it lets come together, by default four times what is in use.
 */
const LIMITS = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 1_024 };

/** In samples. A message is at most one group of the writer's: while it is committed the next one is made. */
export const MESSAGE_WEIGHT = 2_000;

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
    resourceLimits: LIMITS,
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
    const heard = (answer: Answer): void => {
      if (answer.kind === "value") settle(answer.id, (one) => one.resolve(answer.value));
      else if (answer.kind === "error") settle(answer.id, (one) => one.reject(errorOf(answer.error)));
      else if (answer.kind === "several") answer.answers.forEach(heard);
      else if (answer.kind === "log") log[answer.level](answer.fields, answer.message);
      else if (answer.kind === "opened") resolve();
      else reject(errorOf(answer.error));
    };
    worker.on("message", heard);
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

  const gathered = gathering((calls) => worker.postMessage(calls));
  /** Its answer, when the call was made. */
  const answerOf = (make: (id: number) => void): Promise<unknown> => {
    if (ended !== null)
      return Promise.reject(new UnavailableError("store_stopped", `the store does not answer: ${ended}`));
    lastId += 1;
    if (waiting.size === 0) worker.ref();
    const id = lastId;
    const answered = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
    make(id);
    return answered;
  };
  const send = (op: string, args: readonly unknown[]): Promise<unknown> =>
    answerOf((id) => {
      gathered.post();
      worker.postMessage({ id, op, args });
    });
  return {
    call: (op, ...args) => asAnswerOf<O, typeof op>(send(op, args)),
    gather: (weight, op, ...args) =>
      asAnswerOf<O, typeof op>(answerOf((id) => gathered.add({ id, op, args }, weight))),
    async shut() {
      await send("close", []);
    },
    ended: () => ended,
    onEnd: (act) => void worker.once("exit", act),
    async close() {
      ended ??= "it was closed";
      await worker.terminate();
    },
  };
}

/** Calls of one turn of the event loop in one message. */
function gathering(post: (calls: readonly Call[]) => void) {
  let calls: Call[] = [];
  let weight = 0;
  const postAll = (): void => {
    if (calls.length === 0) return;
    const all = calls;
    calls = [];
    weight = 0;
    post(all);
  };
  return {
    add(call: Call, more: number): void {
      if (weight + more > MESSAGE_WEIGHT) postAll();
      if (calls.length === 0) setImmediate(postAll);
      calls.push(call);
      weight += more;
    },
    /** What was gathered goes now. */
    post: postAll,
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
