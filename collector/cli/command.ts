/**
 * The frame of every verb here: subcommands with the common options, a client for the time they run, and what they print.
 *
 * Output for programs (--json) is the API's answer, unchanged; output for people is a table. Errors are thrown: main
 * prints them on stderr and picks the exit code.
 */
import { Command, CommanderError } from "commander";
import type { Verb, VerbContext } from "../../main.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { languageOf, type Say, speechIn } from "../wire/said/language.ts";
import type { Client } from "./client.ts";
import { type DoorFlags, dataFolder, openDoor } from "./door.ts";

/** Options every subcommand takes. */
export type CommonFlags = DoorFlags & { readonly json?: boolean; readonly lang?: string };

/** What a subcommand is given to work with. */
export type Job<F> = {
  readonly client: Client;
  readonly flags: F & CommonFlags;
  /** Data folder of this machine, absolute; means nothing with --url. */
  readonly dir: string;
  /** Prints the data with --json, else the text. */
  print(data: unknown, text: () => string): void;
  /** An English sentence in the reader's language. */
  readonly say: Say;
  /** Says one on stderr, on a line of its own. */
  note(text: string): void;
};

export type Subcommand<F> = {
  /** As commander takes it: name and arguments, e.g. `show <ID>`. */
  readonly usage: string;
  readonly about: string;
  readonly options?: (command: Command) => void;
  readonly act: (job: Job<F>, args: readonly string[]) => Promise<void>;
};

/** Types a subcommand by its own flags. */
export function subcommand<F = object>(
  definition: Subcommand<F>,
): (parent: Command, context: Running) => void {
  return (parent, context) => {
    const command = framed(parent.command(definition.usage)).description(definition.about);
    definition.options?.(command);
    withDoor(command);
    command.action(async () => {
      const flags = command.optsWithGlobals<F & CommonFlags>();
      context.work = async () => {
        const client = await openDoor(flags, context.around);
        try {
          const dir = dataFolder(flags, context.around.env);
          const job = { client, flags, dir, ...(await outputOf(flags, context.around)) };
          await definition.act(job, command.args).catch(asUsage);
        } finally {
          await client.close();
        }
      };
    });
  };
}

/** What a subcommand is given that works on the folder itself, while no collector runs on it. */
export type FolderJob<F> = Pick<Job<F>, "dir" | "flags" | "print" | "say" | "note"> & {
  readonly log: VerbContext["log"];
};

/** A subcommand for a data folder of this machine: no collector is asked, none may run. */
export function folderSubcommand<F = object>(
  definition: Omit<Subcommand<F>, "act"> & {
    readonly act: (job: FolderJob<F>, args: readonly string[]) => Promise<void>;
  },
): (parent: Command, context: Running) => void {
  return (parent, context) => {
    const command = framed(parent.command(definition.usage)).description(definition.about);
    definition.options?.(command);
    withDoor(command);
    command.action(async () => {
      const flags = command.optsWithGlobals<F & CommonFlags>();
      if (flags.url !== undefined) {
        throw new CarrierwatchError("usage", "this is done on the collector's own machine", {
          hint: "run it there, with --data DIR",
        });
      }
      const { log, env } = context.around;
      context.work = async () => {
        const job = { flags, log, dir: dataFolder(flags, env), ...(await outputOf(flags, context.around)) };
        await definition.act(job, command.args);
      };
    });
  };
}

/** A verb that is being parsed: what it turned out to have to do. */
export type Running = { readonly around: VerbContext; work: (() => Promise<void>) | null };

/** A verb made of subcommands. */
export function verbOf(
  name: string,
  about: string,
  subcommands: readonly ((parent: Command, context: Running) => void)[],
): Verb {
  return async (around) => {
    const running: Running = { around, work: null };
    const command = withDoor(framed(new Command(`carrierwatch ${name}`)).description(about));
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
    const running: Running = { around, work: null };
    const parent = framed(new Command("carrierwatch"));
    subcommand<F>({ ...definition, usage: `${name} ${definition.args}` })(parent, running);
    return await run(parent, name, running, [name, ...around.argv]);
  };
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
    const message = error.code === "commander.help" ? "what should it do?" : error.message;
    throw new CarrierwatchError("usage", message.replace(/^error: /, ""), {
      hint: `carrierwatch ${name} --help says what it takes`,
    });
  }
  await running.work?.();
  return 0;
}

function framed(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .allowExcessArguments(false);
}

function withDoor(command: Command): Command {
  const hasLang = command.options.some(({ long }) => long === "--lang");
  if (!hasLang)
    command.option("--lang <zh|en>", "of what is refused and noted; default: from LC_ALL or LANG");
  return command
    .option("--data <DIR>", "data folder of this machine (default data, or CARRIERWATCH_DATA)")
    .option("--url <URL>", "a collector elsewhere; needs an API token")
    .option("--token-file <FILE>", "file with the API token, - for stdin; or CARRIERWATCH_TOKEN")
    .option("--json", "print the data as JSON");
}

async function outputOf(
  { json, lang }: CommonFlags,
  { env }: VerbContext,
): Promise<Pick<Job<unknown>, "print" | "say" | "note">> {
  const say = await speechIn(languageOf(lang, env));
  return {
    say,
    note: (text) => process.stderr.write(`${say(text)}\n`),
    print(data, text) {
      process.stdout.write(json === true ? `${JSON.stringify(data, null, 2)}\n` : text());
    },
  };
}

/** What the collector refuses was wrong on the command line. */
function asUsage(error: unknown): never {
  if (!(error instanceof CarrierwatchError) || error.code !== "invalid_input") throw error;
  const { message, hint, issues, cause } = error;
  throw new CarrierwatchError("usage", message, { issues, cause, ...(hint === undefined ? {} : { hint }) });
}

/** Collects an option that may be given several times. */
export function repeated(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}
