/**
 * The verb `db`: a copy of the store, a check of it, the space it takes, all while the collector runs; and a copy back in
 * its place, while none runs.
 */
import { join, resolve } from "node:path";
import * as z from "zod";
import { StorageView } from "../wire/api-settings.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { answered } from "./answers.ts";
import { type CommonFlags, folderSubcommand, subcommand, verbOf } from "./command.ts";
import { bytesText } from "./show-bytes.ts";
import { estimateText } from "./show-estimate.ts";

const BackupAnswer = z.object({ path: z.string(), bytes: z.number(), sha256: z.string() });
const VerifyAnswer = z.object({ ok: z.boolean(), problems: z.array(z.string()) });

const backup = subcommand({
  usage: "backup [FILE]",
  about: "a consistent, verified copy; into DIR/backups when no file is named",
  async act({ client, flags, dir, note, print }, [file]) {
    if (flags.url !== undefined) {
      throw new CarrierwatchError("usage", "a backup is made on the collector's own machine", {
        hint: "run there: carrierwatch db backup --data DIR",
      });
    }
    const path = resolve(file ?? join(dir, "backups", `carrierwatch-${stampNow()}.db`));
    note(`copying and verifying ${path}`);
    const made = await answered(client, BackupAnswer, "POST", "/storage/backup", { path });
    print(made, () => `${made.path}  ${bytesText(made.bytes)}  sha256 ${made.sha256}\n`);
  },
});

const verify = subcommand({
  usage: "verify",
  about: "the file's integrity, and every row recomputed from its PDPs",
  async act({ client, note, print }) {
    note("verifying; this reads everything");
    const found = await answered(client, VerifyAnswer, "POST", "/storage/verify");
    print(found, () => (found.ok ? "ok\n" : `${found.problems.map((problem) => `${problem}\n`).join("")}`));
    if (found.ok) return;
    throw new CarrierwatchError("damaged", `the store has ${found.problems.length} problems`, {
      hint: "keep the file, and restore the newest backup",
    });
  },
});

/** What the figures of one series are for when no step is asked for. */
const DEFAULT_STEP_S = 300;

type EstimateFlags = CommonFlags & {
  readonly step?: string;
  readonly archives?: string;
  readonly last?: boolean;
  readonly ttfbPercentiles?: boolean;
};

const estimate = subcommand<EstimateFlags>({
  usage: "estimate",
  about: "bytes of each part, now, at 50 hours, two weeks, two months, two years and at full age",
  options(command) {
    command
      .option("--step <SECONDS>", "per series of a target that is measured so often (default 300)")
      .option("--archives <SET>", "and has these archives: 1x600,6x700,24x775:0.5 (default: the step's own)")
      .option("--last", "and keeps LAST")
      .option("--ttfb-percentiles", "and keeps the percentiles of ttfb");
  },
  async act({ client, flags, print }) {
    const search = new URLSearchParams();
    if (flags.step !== undefined) search.set("step", flags.step);
    if (flags.archives !== undefined) search.set("archives", flags.archives);
    if (flags.last) search.set("last", "true");
    if (flags.ttfbPercentiles) search.set("percentiles", "ttfb");
    const view = await answered(
      client,
      StorageView,
      "GET",
      `/storage${search.size === 0 ? "" : `?${search}`}`,
    );
    print(view, () => estimateText(view, Number(flags.step ?? DEFAULT_STEP_S)));
  },
});

const restore = folderSubcommand({
  usage: "restore <FILE>",
  about: "put a backup in the database's place; what stood there is kept beside it",
  async act({ dir, note, print }, [file = ""]) {
    const { DATABASE_NAME } = await import("../store/sqlite/sqlite-store.ts");
    const { restoreFrom } = await import("../store/sqlite/restore.ts");
    note(`examining and copying ${resolve(file)}`);
    const done = restoreFrom(resolve(file), join(dir, DATABASE_NAME), stampNow());
    const kept = done.kept === null ? "" : `what stood there is now ${done.kept}\n`;
    print(
      done,
      () =>
        `${done.path}  ${bytesText(done.bytes)}\n${kept}start the collector: probes send again what it lacks\n`,
    );
  },
});

const migrate = folderSubcommand({
  usage: "migrate",
  about: "bring the database to this version's schema now, after a copy; a start does the same",
  async act({ dir, log, print }) {
    const { openDoor } = await import("./door.ts");
    const client = await openDoor({ data: dir }, { env: {}, log });
    const { running } = client;
    await client.close();
    print({ dir, running }, () => (running ? "the collector that runs there has done it\n" : "up to date\n"));
  },
});

function stampNow(): string {
  return new Date().toISOString().replace(/[-:]|\.\d+/g, "");
}

export const verb = verbOf("db", "the store: copies, checks, space", [
  backup,
  restore,
  verify,
  estimate,
  migrate,
]);
