/** A child process that answers over IPC: the next message, or an error when it ends before. */
import type { ChildProcess } from "node:child_process";

/** @throws Error when the child ends without an answer. */
export function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      child.off("exit", onExit);
      resolve(message);
    };
    const onExit = (code: number | null) => {
      child.off("message", onMessage);
      reject(new Error(`${child.spawnargs.at(1)} ended with ${code}`));
    };
    child.once("message", onMessage);
    child.once("exit", onExit);
  });
}
