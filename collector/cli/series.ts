/** The target and the vantage a verb names, as ids. What was removed is in no list, but its history is still read by id. */
import { CarrierwatchError } from "../wire/errors.ts";
import { targetsOf, vantagesOf } from "./answers.ts";
import type { Client } from "./client.ts";

export type Named = { readonly id: string; readonly name: string };

/** @param wanted Id or name; one that is in no list counts as an id. */
export async function targetNamed(client: Client, wanted: string): Promise<Named> {
  const found = (await targetsOf(client)).find((one) => one.id === wanted || one.name === wanted);
  return found ?? { id: wanted, name: wanted };
}

/**
 * @param wanted Id or name; absent = the only one there is.
 * @throws CarrierwatchError code usage when it is absent and there are several, or none.
 */
export async function vantageNamed(client: Client, wanted: string | undefined): Promise<Named> {
  const all = (await vantagesOf(client)).map((view) => view.vantage);
  if (wanted !== undefined) {
    return all.find((one) => one.id === wanted || one.name === wanted) ?? { id: wanted, name: wanted };
  }
  const [only, ...others] = all;
  if (only && others.length === 0) return only;
  throw new CarrierwatchError("usage", "from which vantage?", {
    hint: only ? `--vantage takes one of: ${all.map((one) => one.id).join(", ")}` : "there is no vantage yet",
  });
}
