/**
 * The verb `db`: a copy of the store, a check of it, the space it takes, all while the collector runs; and a copy back in
 * its place, while none runs.
 */
import { join, resolve } from "node:path";
import * as z from "zod";
import { StorageView } from "../wire/api-settings.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import type { Say } from "../wire/said/language.ts";
import { inEach, same, type Text } from "../wire/said/text.ts";
import { answered } from "./answers.ts";
import { type CommonFlags, folderSubcommand, subcommand, verbOf } from "./command.ts";
import { bytesText } from "./show-bytes.ts";
import { estimateText } from "./show-estimate.ts";

const BackupAnswer = z.object({ path: z.string(), bytes: z.number(), sha256: z.string() });
const VerifyAnswer = z.object({ ok: z.boolean(), problems: z.array(z.string()) });

const backup = subcommand({
  usage: "backup [FILE]",
  about: {
    en: "a consistent, verified copy; into DIR/backups when no file is named. Until it is whole it is FILE.part, in place of any such file",
    zh: "做一份一致的、核对过的副本；不写文件名就放进 数据目录/backups。完成之前叫 文件名.part，已有的同名文件会被替换",
  },
  async act({ client, flags, dir, note, print }, [file]) {
    if (flags.url !== undefined) {
      throw new CarrierwatchError("usage", "a backup is made on the collector's own machine", {
        hint: "run there: carrierwatch db backup --data DIR",
      });
    }
    const path = resolve(file ?? join(dir, "backups", `carrierwatch-${stampNow()}.db`));
    note({ en: `copying and verifying ${path}`, zh: `正在复制并核对 ${path}` });
    const made = await answered(client, BackupAnswer, "POST", "/storage/backup", { path });
    print(made, () => same(`${made.path}  ${bytesText(made.bytes)}  sha256 ${made.sha256}\n`));
  },
});

const verify = subcommand({
  usage: "verify",
  about: {
    en: "whether the file is sound, and every row what its single measurements give",
    zh: "检查文件是否完好，并由每轮的值重新算出每一行来核对",
  },
  async act({ client, note, print, say }) {
    note({ en: "verifying; this reads everything", zh: "正在核对，要读取全部数据" });
    const found = await answered(client, VerifyAnswer, "POST", "/storage/verify");
    print(found, () => foundText(found, say));
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
  about: {
    en: "bytes of each part, now, at 50 hours, two weeks, two months, two years and at full age",
    zh: "各部分占多少空间：现在，以及 50 小时、两周、两月、两年和满期之后",
  },
  options(options) {
    options
      .option("--step <SECONDS>", {
        en: "for a series that is measured every so many seconds (default 300)",
        zh: "每隔这么久测一次的目标，每条序列占多少（默认 300）",
      })
      .option("--archives <SET>", {
        en: "with these archives: 1x600,6x700,24x775:0.5 (default: those of the step)",
        zh: "并用这些归档：1x600,6x700,24x775:0.5（默认按步长）",
      })
      .option("--last", { en: "with LAST kept", zh: "并保存 LAST" })
      .option("--ttfb-percentiles", {
        en: "with the percentiles of ttfb kept",
        zh: "并保存首字节时间的百分位数",
      });
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

const KEPT: Text = { en: "what stood there is now", zh: "原来的数据库现在是" };
const RESTORED: Text = {
  en: "start the collector: probes send again what it lacks",
  zh: "请启动采集端：缺的样本由探针重新上报",
};

const restore = folderSubcommand({
  usage: "restore <FILE>",
  about: {
    en: "put a backup in the database's place; what stood there is kept beside it",
    zh: "用备份换下数据库；原来的留在旁边",
  },
  async act({ dir, note, print }, [file = ""]) {
    const { restoreStore } = await import("../store/engine.ts");
    note({ en: `examining and copying ${resolve(file)}`, zh: `正在检查并复制 ${resolve(file)}` });
    const done = await restoreStore(resolve(file), dir, stampNow());
    print(done, () =>
      inEach((language) => {
        const kept = done.kept === null ? "" : `${KEPT[language]} ${done.kept}\n`;
        return `${done.path}  ${bytesText(done.bytes)}\n${kept}${RESTORED[language]}\n`;
      }),
    );
  },
});

const migrate = folderSubcommand({
  usage: "migrate",
  about: {
    en: "bring the database to this version's schema now, after a copy; a start does the same",
    zh: "现在就把数据库升到本版的结构，先做副本；启动时也会这样做",
  },
  async act({ dir, log, print }) {
    const { openDoor } = await import("./door.ts");
    const client = await openDoor({ data: dir }, { env: {}, log });
    const { running } = client;
    await client.close();
    print({ dir, running }, () =>
      running
        ? { en: "the collector that runs there has done it\n", zh: "在那里运行的采集端已经做过\n" }
        : { en: "up to date\n", zh: "已是最新结构\n" },
    );
  },
});

function stampNow(): string {
  return new Date().toISOString().replace(/[-:]|\.\d+/g, "");
}

type Found = z.infer<typeof VerifyAnswer>;

function foundText({ ok, problems }: Found, say: Say): Text {
  if (ok) return { en: "ok\n", zh: "完好\n" };
  return {
    en: problems.map((one) => `${one}\n`).join(""),
    zh: problems.map((one) => `${say(one)}\n`).join(""),
  };
}

const ABOUT: Text = {
  en: "the database: back up, restore, verify, its space",
  zh: "数据库：备份、恢复、核对、占用空间",
};

export const verb = verbOf("db", ABOUT, [backup, restore, verify, estimate, migrate]);
