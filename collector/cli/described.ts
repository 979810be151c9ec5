/**
 * What `--help` says of a verb and its options, in the reader's language, laid out for Chinese as for English.
 *
 * Each text is given where its option is made, in both languages: see wire/said/text. Flags are the same in both; what a
 * value is called is not.
 */
import { Command, type CommanderError, Help, Option } from "commander";
import { CarrierwatchError } from "../wire/errors.ts";
import type { Language } from "../wire/ids.ts";
import type { Text } from "../wire/said/text.ts";
import { displayWidth } from "./table.ts";
import { VALUES_ZH } from "./value-names.ts";
import { wrapped } from "./wrap.ts";

export type OptionMore = {
  /** May be given several times. */
  readonly repeated?: boolean;
  /** Taken when it is not given. */
  readonly fallback?: string;
  readonly required?: boolean;
  readonly hidden?: boolean;
  /** Called when it is given: says why it cannot be. @throws CarrierwatchError */
  readonly refuse?: () => never;
};

/** What adds options to a command, one by one. */
export type Options = {
  option(flags: string, about: Text, more?: OptionMore): Options;
  /** A heading for the options that follow; null = that of the common ones. */
  group(heading: Text | null): Options;
};

/** A command whose help is in that language; its subcommands inherit that. */
export function describedCommand(name: string, about: Text, language: Language): Command {
  return framed(new Command(name), about, language);
}

/** A subcommand. @param usage Name and arguments. */
export function describedSubcommand(
  parent: Command,
  usage: string,
  about: Text,
  language: Language,
): Command {
  return framed(parent.command(valuesIn(usage, language)), about, language);
}

export function optionsOf(command: Command, language: Language): Options {
  const options: Options = {
    option(flags, about, { repeated = false, fallback, required = false, hidden = false, refuse } = {}) {
      const option = new Option(valuesIn(flags, language), about[language]).hideHelp(hidden);
      option.makeOptionMandatory(required);
      if (fallback !== undefined) option.default(fallback);
      if (repeated) option.argParser(collected);
      if (refuse) option.argParser(refuse);
      command.addOption(option);
      return options;
    },
    group(heading) {
      command.optionsGroup(heading?.[language] ?? OPTIONS);
      return options;
    },
  };
  return options;
}

/** What the parser of the command line refuses. @param hint What says how it is written. */
export function refusedLine(error: CommanderError, hint: string): CarrierwatchError {
  const message = error.code === "commander.help" ? "what should it do?" : error.message;
  return new CarrierwatchError("usage", message.replace(/^error: /, ""), { hint });
}

const OPTIONS = "Options:";
/** Of the flag that chooses the language; the same wherever it is taken. */
export const LANG_ABOUT: Text = {
  en: "language of what is said; default: from LC_ALL, LC_MESSAGES or LANG",
  zh: "显示的语言；默认按 LC_ALL、LC_MESSAGES 或 LANG",
};
const HELP_ABOUT: Text = { en: "show this help", zh: "显示本帮助" };
/** `help` as a subcommand: how it is written, and what it does. */
export const HELP_COMMAND: Readonly<Record<Language, readonly [usage: string, about: string]>> = {
  en: ["help [command]", HELP_ABOUT.en],
  zh: [`help [${VALUES_ZH["command"]}]`, HELP_ABOUT.zh],
};
const TITLES_ZH: Readonly<Record<string, string>> = {
  "Usage:": "用法：",
  "Arguments:": "参数：",
  [OPTIONS]: "选项：",
  "Commands:": "子命令：",
};

function framed(command: Command, about: Text, language: Language): Command {
  return command
    .description(about[language])
    .helpOption("-h, --help", HELP_ABOUT[language])
    .configureHelp(layoutIn(language))
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .allowExcessArguments(false);
}

function layoutIn(language: Language): Partial<Help> {
  const named = (text: string) => valuesIn(text, language);
  const own = Help.prototype;
  return {
    displayWidth,
    boxWrap: wrapped,
    styleTitle: (title) => (language === "zh" ? (TITLES_ZH[title] ?? title) : title),
    styleUsage: named,
    styleSubcommandTerm: named,
    optionDescription({ description, defaultValue }) {
      if (typeof defaultValue !== "string") return description;
      return language === "zh"
        ? `${description}（默认 ${defaultValue}）`
        : `${description} (default ${defaultValue})`;
    },
    formatHelp(command, helper) {
      return own.formatHelp.call(helper, command, helper).replace(/^用法： /, "用法：");
    },
  };
}

/** Names of values between brackets, as `<FILE>`, in the reader's language. */
function valuesIn(usage: string, language: Language): string {
  if (language === "en") return usage;
  return usage.replace(/(?<=[<[])[^<>[\]]+(?=[>\]])/g, (name) => VALUES_ZH[name] ?? name);
}

function collected(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}
