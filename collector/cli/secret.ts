/** The verb `secret`: named passwords, tokens and keys for targets. A value comes from a file or stdin, never from argv. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { CarrierwatchError, ConfigError } from "../wire/errors.ts";
import { SecretView } from "../wire/secret.ts";
import { answered, secretNamesOf } from "./answers.ts";
import { subcommand, verbOf } from "./command.ts";
import { isoOf } from "./show-time.ts";
import { readSecret, readStdin } from "./stdin.ts";
import { table } from "./table.ts";

type ValueFlags = { readonly valueFile?: string };

const list = subcommand({
  usage: "list",
  about: "names of the secrets, and who uses them; never a value",
  async act({ client, print }) {
    const secrets = await secretNamesOf(client);
    const rows = secrets.map(({ name, changedS, readable, targets }) => [
      name,
      isoOf(changedS),
      readable ? "kept" : "does not open: give it again",
      targets.join(" ") || null,
    ]);
    print(secrets, () => table(["NAME", "GIVEN", "VALUE", "USED BY"], rows, "no secrets"));
  },
});

const add = subcommand<ValueFlags>({
  usage: "add <NAME>",
  about: "keep a value under a name; typed unseen, from stdin, or from --value-file",
  options: valueOption,
  async act({ client, flags, print }, [name = ""]) {
    const value = await givenValue(flags);
    const made = await answered(client, SecretView, "POST", "/secrets", { name, value });
    print(made, () => `${made.name}  kept\n`);
  },
});

const edit = subcommand<ValueFlags>({
  usage: "edit <NAME>",
  about: "give it another value; probes use it with their next measurement",
  options: valueOption,
  async act({ client, flags, print }, [name = ""]) {
    const value = await givenValue(flags);
    const path = `/secrets/${encodeURIComponent(name)}`;
    const changed = await answered(client, SecretView, "PUT", path, { value });
    print(changed, () => `${changed.name}  has another value\n`);
  },
});

const remove = subcommand({
  usage: "remove <NAME>",
  about: "forget it; refused while a target names it",
  async act({ client, print }, [name = ""]) {
    await client.call("DELETE", `/secrets/${encodeURIComponent(name)}`);
    print({ removed: name }, () => `${name}  forgotten\n`);
  },
});

function valueOption(command: Command): void {
  command.option("--value-file <FILE>", "file with the value, - for all of stdin; one line end is cut off");
}

/** @throws ConfigError when the file cannot be read, CarrierwatchError code usage when nothing came. */
async function givenValue({ valueFile }: ValueFlags): Promise<string> {
  // Without the flag a password: one line. A private key has many.
  if (valueFile === undefined) return await readSecret("value");
  let text: string;
  try {
    text = valueFile === "-" ? await readStdin() : await readFile(valueFile, "utf8");
  } catch (cause) {
    throw new ConfigError(`the value file ${valueFile} cannot be read`, { cause });
  }
  const value = text.replace(/\r?\n$/, "");
  if (value === "") throw new CarrierwatchError("usage", `there is no value in ${valueFile}`);
  return value;
}

export const verb = verbOf("secret", "passwords, tokens and keys that targets use by name", [
  list,
  add,
  edit,
  remove,
]);
