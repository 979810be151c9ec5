/**
 * A connection becomes an answer: one HTTP/1.1 request over one socket that stands.
 *
 * Bytes are stamped as the socket hands them on, before any of them is read. Nothing here has a timer: the signal ends it,
 * and the socket with it. Next stop: follow.ts, which goes where a redirect leads.
 */
import type { Socket } from "node:net";
import type { Feed } from "./connect.ts";
import { answerReader } from "./http1/answer.ts";
import { type Answer, MAX_HEADER_BYTES, type ReceiveOptions, receiverOf } from "./receive.ts";
import type { StopSignal } from "./stop.ts";
import { StageError, stage } from "./trouble.ts";

export type ExchangeMarks = {
  readonly nowMs: () => number;
  /** When what is being read reached this machine. @param atMs When it began to be read; default now. */
  readonly cameMs: (atMs?: number) => number;
  /** More of the answer is being read. @returns This instant. */
  readonly passed: () => number;
  /** Right before the request is written. */
  sent(atMs: number): void;
  firstByte(atMs: number): void;
  /** The last byte that was wanted came; the socket is still open. */
  end(atMs: number): void;
};

export type ExchangeOptions = Pick<ReceiveOptions, "inspect" | "capBytes" | "follow" | "seen"> & {
  readonly method: string;
  /** The request as it goes out. */
  readonly request: Buffer;
  readonly marks: ExchangeMarks;
  /** What the socket brings; null = its own events do. */
  readonly feed: Feed | null;
};

/** Sends the request and reads its answer; rejects with a StageError, or what the socket or the signal said. */
export function exchange(socket: Socket, signal: StopSignal, options: ExchangeOptions): Promise<Answer> {
  const { marks, seen } = options;
  return stage<Answer>(signal, (resolve, reject) => {
    const kill = () => void socket.destroy();
    if (socket.destroyed) {
      reject(socket.errored ?? new StageError("EMPTY_ANSWER", "the connection was lost"));
      return kill;
    }
    // First of all: what is set up meanwhile costs no time of the measurement. Nothing is read before the next turn.
    marks.sent(marks.nowMs());
    socket.write(options.request);
    // When the bytes that are being read were handed on: what reading them costs is in no phase.
    let readMs = 0;
    const receiver = receiverOf({
      ...options,
      ended() {
        marks.end(marks.cameMs(readMs));
        kill();
      },
      resolve,
      reject(error) {
        kill();
        reject(error);
      },
    });
    const reader = answerReader(options.method, MAX_HEADER_BYTES, receiver);
    let begun = false;
    const take = (bytes: Buffer) => {
      readMs = marks.passed();
      if (!begun) marks.firstByte(marks.cameMs(readMs));
      begun = true;
      try {
        reader.take(bytes);
      } catch (error) {
        receiver.fail(error);
      }
      seen.headerBytes = reader.headBytes;
    };
    if (options.feed) options.feed.to(take);
    else socket.on("data", take);
    socket.on("error", receiver.fail);
    socket.on("end", () => {
      readMs = marks.passed();
      try {
        reader.ended();
      } catch (error) {
        receiver.fail(error);
      }
    });
    socket.on("close", () => {
      if (!receiver.over()) receiver.fail(new StageError("BODY_CUT", "the connection was lost"));
    });
    return () => {
      kill();
      receiver.abandon();
    };
  });
}
