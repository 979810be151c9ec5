/** The verb `secret`: named passwords, tokens and keys for targets. A value comes from a file or stdin, never from argv. */
import { readFile } from "node:fs/promises";
import { CarrierwatchError, ConfigError } from "../wire/errors.ts";
import { fileTrouble } from "../wire/file-trouble.ts";
import type { Language } from "../wire/ids.ts";
import type { Text } from "../wire/said/text.ts";
import { SecretView } from "../wire/secret.ts";
import { answered, secretNamesOf } from "./answers.ts";
import { subcommand, verbOf } from "./command.ts";
import type { Options } from "./described.ts";
import { isoOf } from "./show-time.ts";
import { readSecret, readStdin } from "./stdin.ts";
import { table } from "./table.ts";

type ValueFlags = { readonly valueFile?: string };

const HEADING: readonly Text[] = [
  { en: "NAME", zh: "名称" },
  { en: "GIVEN", zh: "填写时间" },
  { en: "VALUE", zh: "值" },
  { en: "USED BY", zh: "使用者" },
];
const KEPT: Text = { en: "kept", zh: "已保存" };
const LOST: Text = { en: "does not open: give it again", zh: "打不开：请重新填写" };

const list = subcommand({
  usage: "list",
  about: {
    en: "names of the secrets, and who uses them; never a value",
    zh: "密钥的名称，以及谁在用；从不显示值",
  },
  async act({ client, print }) {
    const secrets = await secretNamesOf(client);
    const rows = secrets.map(({ name, changedS, readable, targets }) => [
      name,
      isoOf(changedS),
      readable ? KEPT : LOST,
      targets.join(" ") || null,
    ]);
    print(secrets, () => table(HEADING, rows, { en: "no secrets", zh: "没有密钥" }));
  },
});

const add = subcommand<ValueFlags>({
  usage: "add <NAME>",
  about: {
    en: "keep a value under a name; typed unseen, from stdin, or from --value-file",
    zh: "以一个名称保存值；输入时不显示，也可从标准输入或 --value-file 给出",
  },
  options: valueOption,
  async act({ client, flags, print, language }, [name = ""]) {
    const value = await givenValue(flags, language);
    const made = await answered(client, SecretView, "POST", "/secrets", { name, value });
    print(made, () => ({ en: `${made.name}  kept\n`, zh: `${made.name}  已保存\n` }));
  },
});

const edit = subcommand<ValueFlags>({
  usage: "edit <NAME>",
  about: {
    en: "give it another value; probes use it with their next measurement",
    zh: "换一个值；探针从下一次测量起使用",
  },
  options: valueOption,
  async act({ client, flags, print, language }, [name = ""]) {
    const value = await givenValue(flags, language);
    const path = `/secrets/${encodeURIComponent(name)}`;
    const changed = await answered(client, SecretView, "PUT", path, { value });
    print(changed, () => ({ en: `${changed.name}  has another value\n`, zh: `${changed.name}  已换值\n` }));
  },
});

const remove = subcommand({
  usage: "remove <NAME>",
  about: { en: "forget it; refused while a target names it", zh: "删除；有目标在用时会拒绝" },
  async act({ client, print }, [name = ""]) {
    await client.call("DELETE", `/secrets/${encodeURIComponent(name)}`);
    print({ removed: name }, () => ({ en: `${name}  forgotten\n`, zh: `${name}  已删除\n` }));
  },
});

function valueOption(options: Options): void {
  options.option("--value-file <FILE>", {
    en: "file with the value, - for all of stdin; one line end is cut off",
    zh: "值所在的文件，- 是全部标准输入；末尾的一个换行会去掉",
  });
}

/** @throws ConfigError when the file cannot be read, CarrierwatchError code usage when nothing came. */
async function givenValue({ valueFile }: ValueFlags, language: Language): Promise<string> {
  // Without the flag a password: one line. A private key has many.
  if (valueFile === undefined) return await readSecret("value", language);
  let text: string;
  try {
    text = valueFile === "-" ? await readStdin() : await readFile(valueFile, "utf8");
  } catch (cause) {
    throw new ConfigError(`the value file ${valueFile} cannot be read: ${fileTrouble(cause)}`, { cause });
  }
  const value = text.replace(/\r?\n$/, "");
  if (value === "") throw new CarrierwatchError("usage", `there is no value in ${valueFile}`);
  return value;
}

const ABOUT: Text = {
  en: "passwords, tokens and keys that targets use by name",
  zh: "目标按名称使用的密码、令牌和私钥",
};

export const verb = verbOf("secret", ABOUT, [list, add, edit, remove]);
