/** Answers of the API, parsed with the schemas that made them, and the things verbs look up by id or name. */
import * as z from "zod";
import { TokenView, User } from "../wire/api-account.ts";
import { VantageView } from "../wire/api-settings.ts";
import { Carrier } from "../wire/carrier.ts";
import { CarrierwatchError, NotFoundError } from "../wire/errors.ts";
import { SecretView } from "../wire/secret.ts";
import { Target } from "../wire/target.ts";
import type { Client } from "./client.ts";

/** One call, its answer parsed. @throws CarrierwatchError when a collector of another version answers otherwise. */
export async function answered<T>(
  client: Client,
  schema: z.ZodType<T>,
  ...call: Parameters<Client["call"]>
): Promise<T> {
  const parsed = schema.safeParse(await client.call(...call));
  if (parsed.success) return parsed.data;
  throw new CarrierwatchError(
    "not_understood",
    `the collector's answer to ${call[0]} ${call[1]} is not understood`,
    {
      hint: "are this program and the collector of the same version?",
      cause: parsed.error,
    },
  );
}

export async function targetsOf(client: Client): Promise<Target[]> {
  return (await answered(client, z.object({ targets: z.array(Target) }), "GET", "/targets")).targets;
}

export async function vantagesOf(client: Client): Promise<VantageView[]> {
  return (await answered(client, z.object({ vantages: z.array(VantageView) }), "GET", "/vantages")).vantages;
}

export async function carriersOf(client: Client): Promise<Carrier[]> {
  return (await answered(client, z.object({ carriers: z.array(Carrier) }), "GET", "/carriers")).carriers;
}

export async function usersOf(client: Client): Promise<User[]> {
  return (await answered(client, z.object({ users: z.array(User) }), "GET", "/users")).users;
}

export async function tokensOf(client: Client): Promise<TokenView[]> {
  return (await answered(client, z.object({ tokens: z.array(TokenView) }), "GET", "/tokens")).tokens;
}

export async function secretNamesOf(client: Client): Promise<SecretView[]> {
  return (await answered(client, z.object({ secrets: z.array(SecretView) }), "GET", "/secrets")).secrets;
}

/**
 * The one thing with that id, or with that name when only one has it.
 *
 * @throws NotFoundError; CarrierwatchError code usage when several have the name.
 */
export function named<T>(
  kind: string,
  wanted: string,
  all: readonly T[],
  idOf: (one: T) => string,
  nameOf: (one: T) => string,
): T {
  const byId = all.find((one) => idOf(one) === wanted);
  if (byId) return byId;
  const [only, ...others] = all.filter((one) => nameOf(one) === wanted);
  if (only === undefined) throw new NotFoundError(kind, wanted);
  if (others.length === 0) return only;
  throw new CarrierwatchError("usage", `${others.length + 1} ${kind}s are called ${JSON.stringify(wanted)}`, {
    hint: `use the id: ${[only, ...others].map(idOf).join(", ")}`,
  });
}

/** A target by id or name. */
export async function targetBy(client: Client, wanted: string): Promise<Target> {
  return named(
    "target",
    wanted,
    await targetsOf(client),
    (one) => one.id,
    (one) => one.name,
  );
}

/** A vantage by id or name. */
export async function vantageBy(client: Client, wanted: string): Promise<VantageView> {
  const all = await vantagesOf(client);
  return named(
    "vantage",
    wanted,
    all,
    (one) => one.vantage.id,
    (one) => one.vantage.name,
  );
}
