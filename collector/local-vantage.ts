/**
 * The vantage of this machine, which the probe beside the collector measures for, and the key in that probe's folder.
 *
 * Made at the first `start`; later ones find it again, also after it was revoked while no local probe ran. The key is
 * made new only when the one in the folder does not open this database: it was lost, or a backup was restored.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { VantageKeys } from "./auth/vantage-keys.ts";
import { writeProbeKey } from "./local-probe.ts";
import type { Registry } from "./registry/registry.ts";
import { DEFAULT_CARRIERS } from "./wire/carrier.ts";
import type { Vantage } from "./wire/vantage.ts";

/** Id of the vantage and of its neutral carrier, unless the user took it for something else. */
const LOCAL = "local";

type Parts = {
  readonly registry: Pick<Registry, "vantages" | "carriers">;
  readonly vantageKeys: Pick<VantageKeys, "issue" | "verify">;
};

/**
 * @param dir Data folder; the key goes to `dir`/probe/key and is never shown.
 * @returns The id of the vantage.
 */
export async function ensureLocalVantage({ registry, vantageKeys }: Parts, dir: string): Promise<string> {
  const known = (await registry.vantages.list()).find((vantage) => vantage.local);
  const { id } = known ? await registry.vantages.reinstate(known.id) : await makeVantage(registry);
  const kept = await readFile(join(dir, "probe", "key"), "utf8").catch(() => "");
  if ((await vantageKeys.verify(kept.trim())) !== id) await writeProbeKey(dir, await vantageKeys.issue(id));
  return id;
}

async function makeVantage({ vantages, carriers }: Parts["registry"]): Promise<Vantage> {
  const neutral = DEFAULT_CARRIERS.find((carrier) => carrier.id === LOCAL);
  if (neutral && !(await carriers.find(LOCAL))) await carriers.put(neutral);
  const taken = (await vantages.find(LOCAL)) !== null;
  return await vantages.create(
    { name: "本机", carrier: LOCAL, ...(taken ? {} : { id: LOCAL }) },
    { local: true },
  );
}
