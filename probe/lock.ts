/**
 * One probe per folder: two would number the same spool. A socket in the kernel's own name space stands for the folder,
 * so that it vanishes with its process however that ends. Other systems than Linux have none: there the lock is open.
 */
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { createServer } from "node:net";
import { UnavailableError } from "../collector/wire/errors.ts";

/**
 * @returns Releases the folder.
 * @throws UnavailableError "data_in_use" while another process holds it.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  if (process.platform !== "linux") return () => {};
  const name = createHash("sha256").update(realpathSync(folder)).digest("hex").slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      if (cause.code !== "EADDRINUSE") resolve();
      else reject(new UnavailableError("data_in_use", `another probe runs in ${folder}`, { cause }));
    });
    server.listen(`\0carrierwatch-probe-${name}`, resolve);
  });
  server.unref();
  return () => server.close();
}
