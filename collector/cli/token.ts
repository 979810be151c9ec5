/** The verb `token`: API tokens for programs. The secret is printed once, when it is made. */
import { TokenCreated, type TokenView } from "../wire/api-account.ts";
import { same, type Text } from "../wire/said/text.ts";
import { answered, named, tokensOf } from "./answers.ts";
import { subcommand, verbOf } from "./command.ts";
import { isoOf } from "./show-time.ts";
import { table } from "./table.ts";

const HEADING: readonly Text[] = [
  same("ID"),
  { en: "NAME", zh: "名称" },
  { en: "SCOPE", zh: "权限" },
  { en: "SINCE", zh: "建立时间" },
  { en: "LAST USED", zh: "最近使用" },
];
const SCOPES: Readonly<Record<TokenView["scope"], Text>> = {
  read: { en: "read", zh: "只读" },
  write: { en: "write", zh: "可写" },
};

const list = subcommand({
  usage: "list",
  about: { en: "every API token, without its secret", zh: "全部 API 令牌，不含令牌本身" },
  async act({ client, print }) {
    const tokens = await tokensOf(client);
    const rows = tokens.map((token) => [
      token.id,
      token.name,
      SCOPES[token.scope],
      isoOf(token.createdS),
      token.lastUsedMs === null ? null : isoOf(token.lastUsedMs / 1000),
    ]);
    print(tokens, () => table(HEADING, rows, { en: "no API tokens", zh: "没有 API 令牌" }));
  },
});

const add = subcommand<{ readonly scope?: string }>({
  usage: "add <NAME>",
  about: { en: "make an API token and print it, once", zh: "新建 API 令牌并显示，只显示一次" },
  options: (options) => {
    options.option("--scope <read|write>", {
      en: "what it may do (default read)",
      zh: "允许只读（read）还是可写（write），默认 read",
    });
  },
  async act({ client, flags, note, print }, [name = ""]) {
    const { scope = "read" } = flags;
    const created = await answered(client, TokenCreated, "POST", "/tokens", { name, scope });
    if (flags.json !== true) note(keepThis(created.id));
    print(created, () => same(`${created.token}\n`));
  },
});

const remove = subcommand({
  usage: "remove <TOKEN>",
  about: { en: "end an API token, by id or name", zh: "吊销 API 令牌，按 ID 或名称" },
  async act({ client, print }, [wanted = ""]) {
    const { id } = named(
      "token",
      wanted,
      await tokensOf(client),
      (one) => one.id,
      (one) => one.name,
    );
    await client.call("DELETE", `/tokens/${id}`);
    print({ removed: id }, () => ({ en: `${id}  ended\n`, zh: `${id}  已吊销\n` }));
  },
});

function keepThis(id: string): Text {
  return { en: `${id}: keep this, it is shown once:`, zh: `${id}：请保存好，只显示这一次：` };
}

export const verb = verbOf("token", { en: "API tokens for programs", zh: "供程序使用的 API 令牌" }, [
  list,
  add,
  remove,
]);
