/** /healthz: the process answers. /readyz: it can also store. Both open to everybody, so neither gives details away. */
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

const READY_WITHIN_MS = 1_000;

export function healthRoutes(
  app: App,
  { store, clock, log }: Pick<ApiDeps, "store" | "clock" | "log">,
): void {
  const hidden = { schema: { hide: true } } as const;
  app.get("/healthz", hidden, async (_request, reply) =>
    reply.header("cache-control", "no-store").send({ ok: true }),
  );
  app.get("/readyz", hidden, async (_request, reply) => {
    const { ok, reasons } = await within(store.ops.ready(), clock);
    if (!ok) log.warn({ reasons }, "not ready");
    return reply
      .status(ok ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ ok });
  });
}

async function within(
  ready: Promise<{ ok: boolean; reasons: string[] }>,
  clock: ApiDeps["clock"],
): Promise<{ ok: boolean; reasons: string[] }> {
  let cancel = () => {};
  const late = new Promise<{ ok: boolean; reasons: string[] }>((resolve) => {
    cancel = clock.after(READY_WITHIN_MS, () =>
      resolve({ ok: false, reasons: [`the store did not answer within ${READY_WITHIN_MS} ms`] }),
    );
  });
  try {
    return await Promise.race([ready, late]);
  } catch (error) {
    return { ok: false, reasons: [error instanceof Error ? error.message : String(error)] };
  } finally {
    cancel();
  }
}
