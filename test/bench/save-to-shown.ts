/**
 * Seconds from Save to a shown measurement: POST of a target until its sample is on the live stream of an open page,
 * less what the target itself took. The product runs as a user starts it, the target answers after a held 200 ms.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SampleView } from "../../collector/wire/api-overview.ts";
import { type apiClient, setUp } from "../support/api.ts";
import { product, scratch } from "../support/product.ts";

const RUNS = 15;
const HELD_MS = 200;

export async function bench(): Promise<string[]> {
  const target = createServer((_request, response) => setTimeout(() => response.end("ok"), HELD_MS));
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const port = (target.address() as AddressInfo).port;
  const { dir, remove } = scratch("bench-save");
  const running = product("start", ["--listen", "127.0.0.1:0", "--allow", "127.0.0.1/32"], { dir });
  try {
    const client = await setUp((await running.says(/set up\s+(http\S+)/))[1] ?? "");
    const overheads: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const name = `bench ${run}`;
      let savedMs = 0;
      const sample = await client.live(
        (event) => (event.type === "sample" ? (event["sample"] as SampleView) : null),
        () => {
          savedMs = performance.now();
          void apiSave(client, name, `http://127.0.0.1:${port}/${run}`);
        },
      );
      const shownMs = performance.now();
      overheads.push(shownMs - savedMs - (sample.sample.timings.total ?? 0) / 1000);
      const { targets } = await client.call<{ targets: { id: string; version: number }[] }>(
        "GET",
        "/targets",
      );
      for (const { id, version } of targets) await client.call("DELETE", `/targets/${id}?version=${version}`);
    }
    overheads.sort((a, b) => a - b);
    const median = overheads[Math.floor(overheads.length / 2)] ?? 0;
    const worst = overheads.at(-1) ?? 0;
    return [
      `save to shown, less the target's own time: median ${(median / 1000).toFixed(3)} s, worst of ${RUNS} ${(worst / 1000).toFixed(3)} s (promised: 0.5 s)`,
    ];
  } finally {
    await running.stop();
    target.close();
    remove();
  }
}

async function apiSave(client: ReturnType<typeof apiClient>, name: string, url: string): Promise<void> {
  await client.call("POST", "/targets", { name, url });
}
