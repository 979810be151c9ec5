/**
 * The frame of every verb here: subcommands with the common options, a client for the time they run, and what they print.
 *
 * Output for programs (--json) is the API's answer, unchanged; output for people is a table. Errors are thrown: main
 * prints them on stderr and picks the exit code.
 */
import { type Command, CommanderError } from "commander";
import type { Verb, VerbContext } from "../../main.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import type { Language } from "../wire/ids.ts";
import { langFlag, languageOf, type Say, speechIn } from "../wire/said/language.ts";
import type { Text } from "../wire/said/text.ts";
import type { Client } from "./client.ts";
import {
  describedCommand,
  describedSubcommand,
  HELP_COMMAND,
  LANG_ABOUT,
  type Options,
  optionsOf,
  refusedLine,
} from "./described.ts";
import { type DoorFlags, dataFolder, openDoor } from "./door.ts";

/** Options every subcommand takes. */
export type CommonFlags = DoorFlags & { readonly json?: boolean; readonly lang?: string };

/** What a subcommand is given to work with. */
export type Job<F> = {
  readonly client: Client;
  readonly flags: F & CommonFlags;
  /** Data folder of this machine, absolute; means nothing with --url. */
  readonly dir: string;
  /** What the reader reads. */
  readonly language: Language;
  /** Prints the data with --json, else the text. */
  print(data: unknown, text: () => Text): void;
  /** An English sentence of the collector, or of an error, in the reader's language. */
  readonly say: Say;
  /** Says something on stderr, on a line of its own. */
  note(text: Text): void;
};

export type Subcommand<F> = {
  /** As commander takes it: name and arguments, e.g. `show <ID>`. */
  readonly usage: string;
  readonly about: Text;
  readonly options?: (options: Options) => void;
  /** All that --help says, where it is a page of its own. */
  readonly help?: Text;
  readonly act: (job: Job<F>, args: readonly string[]) => Promise<void>;
};

/** Types a subcommand by its own flags. */
export function subcommand<F = object>(
  definition: Subcommand<F>,
): (parent: Command, context: Running) => void {
  return (parent, context) => {
    const command = commandFor(parent, definition, context.language);
    command.action(async () => {
      const flags = command.optsWithGlobals<F & CommonFlags>();
      context.work = async () => {
        const client = await openDoor(flags, context.around);
        try {
          const dir = dataFolder(flags, context.around.env);
          const job = { client, flags, dir, ...(await outputOf(flags, context.language)) };
          await definition.act(job, command.args).catch(asUsage);
        } finally {
          await client.close();
        }
      };
    });
  };
}

/** What a subcommand is given that works on the folder itself, while no collector runs on it. */
export type FolderJob<F> = Pick<Job<F>, "dir" | "flags" | "language" | "print" | "say" | "note"> & {
  readonly log: VerbContext["log"];
};

/** A subcommand for a data folder of this machine: no collector is asked, none may run. */
export function folderSubcommand<F = object>(
  definition: Omit<Subcommand<F>, "act"> & {
    readonly act: (job: FolderJob<F>, args: readonly string[]) => Promise<void>;
  },
): (parent: Command, context: Running) => void {
  return (parent, context) => {
    const command = commandFor(parent, definition, context.language);
    command.action(async () => {
      const flags = command.optsWithGlobals<F & CommonFlags>();
      if (flags.url !== undefined) {
        throw new CarrierwatchError("usage", "this is done on the collector's own machine", {
          hint: "run it there, with --data DIR",
        });
      }
      const { log, env } = context.around;
      context.work = async () => {
        const dir = dataFolder(flags, env);
        const job = { flags, log, dir, ...(await outputOf(flags, context.language)) };
        await definition.act(job, command.args);
      };
    });
  };
}

/** A verb that is being parsed: what it turned out to have to do. */
export type Running = {
  readonly around: VerbContext;
  readonly language: Language;
  work: (() => Promise<void>) | null;
};

/** A verb made of subcommands. */
export function verbOf(
  name: string,
  about: Text,
  subcommands: readonly ((parent: Command, context: Running) => void)[],
): Verb {
  return async (around) => {
    const running = runningIn(around);
    const command = describedCommand(`carrierwatch ${name}`, about, running.language);
    command.helpCommand(...HELP_COMMAND[running.language]);
    doorOptions(optionsOf(command, running.language).option("--lang <zh|en>", LANG_ABOUT));
    for (const add of subcommands) add(command, running);
    return await run(command, name, running);
  };
}

/** A verb without subcommands. */
export function plainVerb<F>(
  name: string,
  definition: Omit<Subcommand<F>, "usage"> & { args: string },
): Verb {
  return async (around) => {
    const running = runningIn(around);
    const parent = describedCommand("carrierwatch", definition.about, running.language);
    subcommand<F>({ ...definition, usage: `${name} ${definition.args}` })(parent, running);
    return await run(parent, name, running, [name, ...around.argv]);
  };
}

function runningIn(around: VerbContext): Running {
  return { around, language: languageOf(langFlag(around.argv), around.env), work: null };
}

function commandFor(
  parent: Command,
  { usage, about, options, help }: Omit<Subcommand<never>, "act">,
  language: Language,
): Command {
  const command = describedSubcommand(parent, usage, about, language);
  const own = optionsOf(command, language);
  options?.(own);
  own.group(null);
  if (!command.options.some(({ long }) => long === "--lang")) own.option("--lang <zh|en>", LANG_ABOUT);
  doorOptions(own);
  if (help) command.configureHelp({ formatHelp: () => help[language] });
  return command;
}

async function run(
  command: Command,
  name: string,
  running: Running,
  argv: readonly string[] = running.around.argv,
): Promise<number> {
  try {
    await command.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw refusedLine(error, `carrierwatch ${name} --help says what it takes`);
  }
  await running.work?.();
  return 0;
}

/** Options that say which collector, and how it is printed. */
function doorOptions(options: Options): void {
  options
    .option("--data <DIR>", {
      en: "data folder of this machine (default data, or CARRIERWATCH_DATA)",
      zh: "本机的数据目录（默认 data，或 CARRIERWATCH_DATA）",
    })
    .option("--url <URL>", {
      en: "a collector elsewhere; needs an API token",
      zh: "别处的采集端；需要 API 令牌",
    })
    .option("--token-file <FILE>", {
      en: "file with the API token, - for stdin; or CARRIERWATCH_TOKEN",
      zh: "API 令牌所在的文件，- 是标准输入；或用 CARRIERWATCH_TOKEN",
    })
    .option("--json", { en: "print the data as JSON", zh: "以 JSON 输出数据" });
}

async function outputOf(
  { json }: CommonFlags,
  language: Language,
): Promise<Pick<Job<unknown>, "language" | "print" | "say" | "note">> {
  return {
    language,
    say: await speechIn(language),
    note: (text) => process.stderr.write(`${text[language]}\n`),
    print(data, text) {
      process.stdout.write(json === true ? `${JSON.stringify(data, null, 2)}\n` : text()[language]);
    },
  };
}

/** What the collector refuses was wrong on the command line. */
function asUsage(error: unknown): never {
  if (!(error instanceof CarrierwatchError) || error.code !== "invalid_input") throw error;
  const { message, hint, issues, cause } = error;
  throw new CarrierwatchError("usage", message, { issues, cause, ...(hint === undefined ? {} : { hint }) });
}
