/** One site at several loopback addresses, the same port at each: what a name with several records stands for. */
import type { TestContext } from "node:test";
import { type HttpTarget, type HttpTargetOptions, httpTarget } from "./http-target.ts";

export type Site = {
  readonly port: number;
  /** Per address. */
  readonly at: ReadonlyMap<string, HttpTarget>;
  /** Ends what answers at one address: connections to it are refused from then on. */
  close(address: string): Promise<void>;
};

/** A port that is free at one address may be taken at another, so ports are drawn until one is free at all of them. */
export async function siteAt(
  t: Pick<TestContext, "after">,
  addresses: readonly string[],
  options: HttpTargetOptions = {},
): Promise<Site> {
  for (;;) {
    const at = new Map<string, HttpTarget>();
    const close = async (address: string) => {
      const target = at.get(address);
      at.delete(address);
      await target?.close();
    };
    const closeAll = async () => {
      for (const address of [...at.keys()]) await close(address);
    };
    let port = 0;
    try {
      for (const host of addresses) {
        const target = await httpTarget({ ...options, host, port });
        port = target.port;
        at.set(host, target);
      }
    } catch (error) {
      await closeAll();
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
      continue;
    }
    t.after(closeAll);
    return { port, at, close };
  }
}
