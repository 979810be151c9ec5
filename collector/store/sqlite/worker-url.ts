/**
 * Where a worker's program is: beside the file that starts it, as .ts in a clone and as .js in a package.
 *
 * tsc rewrites imports but not `new URL("./x.ts")`; taking the extension from import.meta.url covers both.
 */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @param name File name without extension.
 * @param from import.meta.url of the caller.
 */
export function workerUrl(name: string, from: string): URL {
  return new URL(`./${name}${extname(fileURLToPath(from))}`, from);
}
