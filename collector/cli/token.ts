/** The verb `token`: API tokens for programs. The secret is printed once, when it is made. */
import { TokenCreated } from "../wire/api-account.ts";
import { answered, named, tokensOf } from "./answers.ts";
import { subcommand, verbOf } from "./command.ts";
import { isoOf } from "./show-time.ts";
import { table } from "./table.ts";

const list = subcommand({
  usage: "list",
  about: "every API token, without its secret",
  async act({ client, print }) {
    const tokens = await tokensOf(client);
    const rows = tokens.map((token) => [
      token.id,
      token.name,
      token.scope,
      isoOf(token.createdS),
      token.lastUsedMs === null ? null : isoOf(token.lastUsedMs / 1000),
    ]);
    print(tokens, () => table(["ID", "NAME", "SCOPE", "SINCE", "LAST USED"], rows, "no API tokens"));
  },
});

const add = subcommand<{ readonly scope?: string }>({
  usage: "add <NAME>",
  about: "make an API token and print its secret, once",
  options: (command) => {
    command.option("--scope <read|write>", "what it may do (default read)");
  },
  async act({ client, flags, note, print }, [name = ""]) {
    const { scope = "read" } = flags;
    const created = await answered(client, TokenCreated, "POST", "/tokens", { name, scope });
    if (flags.json !== true) note(`${created.id}: keep this, it is shown once:`);
    print(created, () => `${created.token}\n`);
  },
});

const remove = subcommand({
  usage: "remove <TOKEN>",
  about: "end an API token, by id or name",
  async act({ client, print }, [wanted = ""]) {
    const { id } = named(
      "token",
      wanted,
      await tokensOf(client),
      (one) => one.id,
      (one) => one.name,
    );
    await client.call("DELETE", `/tokens/${id}`);
    print({ removed: id }, () => `${id}  ended\n`);
  },
});

export const verb = verbOf("token", "API tokens for programs", [list, add, remove]);
