/** The verb `user`: who may sign in. Passwords come from the terminal or stdin, never from the command line. */
import { User } from "../wire/api-account.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import type { Language } from "../wire/ids.ts";
import { same, type Text } from "../wire/said/text.ts";
import { answered, named, usersOf } from "./answers.ts";
import { type CommonFlags, type Job, subcommand, verbOf } from "./command.ts";
import type { Options } from "./described.ts";
import { isoOf } from "./show-time.ts";
import { readSecret } from "./stdin.ts";
import { facts, table } from "./table.ts";

type UserFlags = { readonly language?: string; readonly timeZone?: string };

const HEADING: readonly Text[] = [
  same("ID"),
  { en: "NAME", zh: "名称" },
  { en: "LANGUAGE", zh: "语言" },
  { en: "ZONE", zh: "时区" },
  { en: "SINCE", zh: "建立时间" },
];
const LANGUAGES: Readonly<Record<Language, Text>> = {
  zh: { en: "zh", zh: "中文" },
  en: { en: "en", zh: "英文" },
};

const list = subcommand({
  usage: "list",
  about: { en: "everybody who may sign in", zh: "可以登录的所有人" },
  async act({ client, print }) {
    const users = await usersOf(client);
    const rows = users.map((user) => [
      user.id,
      user.username,
      LANGUAGES[user.language],
      user.timeZone,
      isoOf(user.createdS),
    ]);
    print(users, () =>
      table(HEADING, rows, { en: "nobody: open the set-up link first", zh: "还没有人：请先打开设置链接" }),
    );
  },
});

const add = subcommand<UserFlags>({
  usage: "add <NAME>",
  about: {
    en: "let somebody sign in; the password comes from the terminal or stdin",
    zh: "让一个人可以登录；密码从终端或标准输入给出",
  },
  options: fields,
  async act({ client, flags, language: reader, print }, [username = ""]) {
    const { language = "zh", timeZone = "Asia/Shanghai" } = flags;
    const password = await readSecret("password", reader);
    const user = await answered(client, User, "POST", "/users", { username, password, language, timeZone });
    print(user, () => same(`${user.id}  ${user.username}\n`));
  },
});

const show = subcommand({
  usage: "show <USER>",
  about: { en: "one user, by name", zh: "一个用户，按名称" },
  async act({ client, print }, [wanted = ""]) {
    const user = await userBy(client, wanted);
    print(user, () =>
      facts([
        [{ en: "name", zh: "名称" }, user.username],
        [same("id"), user.id],
        [{ en: "language", zh: "语言" }, LANGUAGES[user.language]],
        [{ en: "time zone", zh: "时区" }, user.timeZone],
        [{ en: "since", zh: "建立时间" }, isoOf(user.createdS)],
      ]),
    );
  },
});

const edit = subcommand<UserFlags>({
  usage: "edit <USER>",
  about: { en: "change language or time zone", zh: "修改语言或时区" },
  options: fields,
  async act({ client, flags, print }, [wanted = ""]) {
    const { language, timeZone } = flags;
    if (language === undefined && timeZone === undefined) {
      throw new CarrierwatchError("usage", "what should change?", { hint: "give --language or --time-zone" });
    }
    const { id } = await userBy(client, wanted);
    const patch = { ...(language ? { language } : {}), ...(timeZone ? { timeZone } : {}) };
    const user = await answered(client, User, "PATCH", `/users/${id}`, patch);
    print(user, () => ({ en: `${user.username}  changed\n`, zh: `${user.username}  已修改\n` }));
  },
});

const resetPassword = subcommand({
  usage: "reset-password <USER>",
  about: {
    en: "set a new password from the terminal or stdin, and end every session",
    zh: "从终端或标准输入设置新密码，并结束所有登录",
  },
  async act({ client, language, print }, [wanted = ""]) {
    const { id } = await userBy(client, wanted);
    const password = await readSecret("new password", language);
    const user = await answered(client, User, "PATCH", `/users/${id}`, { password });
    print(user, () => ({
      en: `${user.username}  has a new password; every session was ended\n`,
      zh: `${user.username}  已有新密码，所有登录都已结束\n`,
    }));
  },
});

const remove = subcommand({
  usage: "remove <USER>",
  about: { en: "remove a user, who may not sign in any more", zh: "删除用户，从此不能再登录" },
  async act({ client, print }, [wanted = ""]) {
    const user = await userBy(client, wanted);
    await client.call("DELETE", `/users/${user.id}`);
    print({ removed: user.id }, () => ({
      en: `${user.username}  removed\n`,
      zh: `${user.username}  已删除\n`,
    }));
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

function fields(options: Options): void {
  options
    .option("--language <zh|en>", { en: "of pages and mails", zh: "页面和邮件的语言" })
    .option("--time-zone <ZONE>", {
      en: "IANA name, for example Asia/Shanghai",
      zh: "IANA 时区名，例如 Asia/Shanghai",
    });
}

export const verb = verbOf("user", { en: "who may sign in", zh: "可以登录的人" }, [
  list,
  add,
  show,
  edit,
  resetPassword,
  remove,
]);
