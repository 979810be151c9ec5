/** The verb `user`: who may sign in. Passwords come from the terminal or stdin, never from the command line. */
import type { Command } from "commander";
import { User } from "../wire/api-account.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { answered, named, usersOf } from "./answers.ts";
import { type CommonFlags, type Job, subcommand, verbOf } from "./command.ts";
import { isoOf } from "./show-time.ts";
import { readSecret } from "./stdin.ts";
import { facts, table } from "./table.ts";

type UserFlags = { readonly language?: string; readonly timeZone?: string };

const list = subcommand({
  usage: "list",
  about: "everybody who may sign in",
  async act({ client, print }) {
    const users = await usersOf(client);
    const rows = users.map((user) => [
      user.id,
      user.username,
      user.language,
      user.timeZone,
      isoOf(user.createdS),
    ]);
    print(users, () =>
      table(["ID", "NAME", "LANGUAGE", "ZONE", "SINCE"], rows, "nobody: open the set-up link first"),
    );
  },
});

const add = subcommand<UserFlags>({
  usage: "add <NAME>",
  about: "let somebody sign in; the password comes from the terminal or stdin",
  options: fields,
  async act({ client, flags, print }, [username = ""]) {
    const { language = "zh", timeZone = "Asia/Shanghai" } = flags;
    const password = await readSecret("password");
    const user = await answered(client, User, "POST", "/users", { username, password, language, timeZone });
    print(user, () => `${user.id}  ${user.username}\n`);
  },
});

const show = subcommand({
  usage: "show <USER>",
  about: "one user, by name",
  async act({ client, print }, [wanted = ""]) {
    const user = await userBy(client, wanted);
    print(user, () =>
      facts([
        ["name", user.username],
        ["id", user.id],
        ["language", user.language],
        ["time zone", user.timeZone],
        ["since", isoOf(user.createdS)],
      ]),
    );
  },
});

const edit = subcommand<UserFlags>({
  usage: "edit <USER>",
  about: "change language or time zone",
  options: fields,
  async act({ client, flags, print }, [wanted = ""]) {
    const { language, timeZone } = flags;
    if (language === undefined && timeZone === undefined) {
      throw new CarrierwatchError("usage", "what should change?", { hint: "give --language or --time-zone" });
    }
    const { id } = await userBy(client, wanted);
    const patch = { ...(language ? { language } : {}), ...(timeZone ? { timeZone } : {}) };
    const user = await answered(client, User, "PATCH", `/users/${id}`, patch);
    print(user, () => `${user.username}  changed\n`);
  },
});

const resetPassword = subcommand({
  usage: "reset-password <USER>",
  about: "set a new password from the terminal or stdin, and end every session",
  async act({ client, print }, [wanted = ""]) {
    const { id } = await userBy(client, wanted);
    const password = await readSecret("new password");
    const user = await answered(client, User, "PATCH", `/users/${id}`, { password });
    print(user, () => `${user.username}  has a new password; every session was ended\n`);
  },
});

const remove = subcommand({
  usage: "remove <USER>",
  about: "nobody may sign in by that name any more",
  async act({ client, print }, [wanted = ""]) {
    const user = await userBy(client, wanted);
    await client.call("DELETE", `/users/${user.id}`);
    print({ removed: user.id }, () => `${user.username}  removed\n`);
  },
});

async function userBy(client: Job<CommonFlags>["client"], wanted: string): Promise<User> {
  return named(
    "user",
    wanted,
    await usersOf(client),
    (one) => one.id,
    (one) => one.username,
  );
}

function fields(command: Command): void {
  command
    .option("--language <zh|en>", "of pages and mails")
    .option("--time-zone <ZONE>", "IANA name, for example Asia/Shanghai");
}

export const verb = verbOf("user", "who may sign in", [list, add, show, edit, resetPassword, remove]);
