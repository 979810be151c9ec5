/** The verb `target`: which URLs are watched, and how each is doing. */
import { readFile } from "node:fs/promises";
import { groupOf } from "../registry/url.ts";
import { TargetPreview, TargetView } from "../wire/api-overview.ts";
import { CarrierwatchError, ConfigError } from "../wire/errors.ts";
import { isPaused, Target, TargetInput } from "../wire/target.ts";
import { answered, targetBy, targetsOf } from "./answers.ts";
import { type CommonFlags, type Job, subcommand, verbOf } from "./command.ts";
import { purgeOf } from "./purge.ts";
import { bytesText } from "./show-bytes.ts";
import { isoOf, spanText } from "./show-time.ts";
import { readStdin } from "./stdin.ts";
import { facts, table } from "./table.ts";
import type { FileTexts } from "./target-asking.ts";
import { type TargetFlags, targetOptions, withFlags } from "./target-flags.ts";
import { askedLines } from "./target-text.ts";

const list = subcommand({
  usage: "list",
  about: "every target",
  async act({ client, print }) {
    const targets = await targetsOf(client);
    const nowS = Date.now() / 1000;
    const rows = targets.map((target) => [
      target.id,
      target.name,
      target.group,
      target.url,
      spanText(target.stepS),
      fromText(target),
      isPaused(target, nowS) ? "paused" : "watched",
    ]);
    print(targets, () =>
      table(
        ["ID", "NAME", "GROUP", "URL", "EVERY", "FROM", "NOW"],
        rows,
        "no targets: carrierwatch target add URL",
      ),
    );
  },
});

const add = subcommand<TargetFlags>({
  usage: "add [URL]",
  about: "watch a URL",
  options: targetOptions,
  async act({ client, flags, note, print }, [url]) {
    const fromFile = await fileFields(flags.file);
    const address = url === undefined ? {} : { address: url };
    const input = withFlags(fromFile, { ...flags, ...address }, await fileTexts(flags));
    const name = input["name"] ?? hostName(url);
    const body = { ...input, name };
    const { hint, ok, space } = await answered(client, TargetPreview, "POST", "/targets/preview", body);
    if (asksForSpace(flags)) tellSpace(note, space);
    const created = await answered(client, Target, "POST", "/targets", body);
    if (ok && hint !== null) note(`note: ${hint}`);
    print(
      created,
      () => `${created.id}  watched every ${spanText(created.stepS)} from ${fromText(created)}\n`,
    );
  },
});

const show = subcommand({
  usage: "show <TARGET>",
  about: "how a target is doing, by id or name",
  async act({ client, print }, [wanted = ""]) {
    const { id } = await targetBy(client, wanted);
    const view = await answered(client, TargetView, "GET", `/targets/${id}`);
    print(view, () => `${headText(view)}\n${cellsText(view)}`);
  },
});

const edit = subcommand<TargetFlags & { readonly address?: string }>({
  usage: "edit <TARGET>",
  about: "change what the flags name; the rest stays",
  options: (command) => {
    targetOptions(command);
    command.option("--address <URL>", "another URL");
  },
  async act({ client, flags, note, print }, [wanted = ""]) {
    const target = await targetBy(client, wanted);
    const before = { ...inputOf(target), ...(await fileFields(flags.file)) };
    const input = withFlags(before, flags, await fileTexts(flags));
    if (asksForSpace(flags)) {
      const path = `/targets/preview?id=${target.id}`;
      tellSpace(note, (await answered(client, TargetPreview, "POST", path, input)).space);
    }
    const body = { version: target.version, target: input };
    const changed = await answered(client, Target, "PUT", `/targets/${target.id}`, body);
    print(changed, () => `${changed.id}  changed\n`);
  },
});

const remove = subcommand({
  usage: "remove <TARGET>",
  about: "watch it no more; its history stays",
  async act({ client, print }, [wanted = ""]) {
    const target = await targetBy(client, wanted);
    await client.call("DELETE", `/targets/${target.id}?version=${target.version}`);
    print({ removed: target.id }, () => `${target.id}  removed; its history stays\n`);
  },
});

const pause = subcommand({
  usage: "pause <TARGET>",
  about: "stop measuring it for now",
  act: (job, args) => switched(job, args, "pause"),
});

const resume = subcommand({
  usage: "resume <TARGET>",
  about: "measure it again",
  act: (job, args) => switched(job, args, "resume"),
});

async function switched(
  { client, print }: Job<CommonFlags>,
  [wanted = ""]: readonly string[],
  act: "pause" | "resume",
): Promise<void> {
  const { id } = await targetBy(client, wanted);
  const target = await answered(client, Target, "POST", `/targets/${id}/${act}`);
  print(target, () => `${id}  ${act === "pause" ? "paused" : "measured again"}\n`);
}

function asksForSpace({ archives, last, ttfbPercentiles }: TargetFlags): boolean {
  return archives !== undefined || last !== undefined || ttfbPercentiles !== undefined;
}

/** What the archives will take, before they are saved. */
function tellSpace(note: Job<CommonFlags>["note"], space: TargetPreview["space"]): void {
  if (space === null) return;
  const { bytesPerSeries, series, bytes } = space;
  note(
    `${bytesText(bytesPerSeries)} a series at full age, everything counted; ${series} series: ${bytesText(bytes)}`,
  );
}

/** The fields a person may write; an automatic group is left out, so that it follows the URL. */
function inputOf(target: Target): Record<string, unknown> {
  const known = Object.keys(TargetInput.shape);
  const fields = Object.entries(target).filter(([field]) => known.includes(field));
  const automatic = target.group === groupOf(target.url);
  return Object.fromEntries(fields.filter(([field]) => !(automatic && field === "group")));
}

async function fileTexts({ body, bodyFile, caFile, clientCert }: TargetFlags): Promise<FileTexts> {
  if (body !== undefined && bodyFile !== undefined) {
    throw new CarrierwatchError("usage", "--body and --body-file: give one of the two");
  }
  return {
    ...(bodyFile === undefined ? {} : { body: await textOf(bodyFile, "body file") }),
    ...(caFile === undefined ? {} : { ca: await textOf(caFile, "CA file") }),
    ...(clientCert === undefined ? {} : { certificate: await textOf(clientCert, "client certificate") }),
  };
}

async function textOf(file: string, what: string): Promise<string> {
  try {
    return file === "-" ? await readStdin() : await readFile(file, "utf8");
  } catch (cause) {
    throw new ConfigError(`the ${what} ${file} cannot be read`, { cause });
  }
}

async function fileFields(file: string | undefined): Promise<Record<string, unknown>> {
  if (file === undefined) return {};
  const text = await textOf(file, "target file");
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw new CarrierwatchError("usage", `the target in ${file} is not JSON`, { cause });
  }
  throw new CarrierwatchError("usage", `the target in ${file} is not a JSON object`);
}

function hostName(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;
}

function fromText({ from }: Pick<Target, "from">): string {
  if (from.all) return "all vantages";
  return [
    ...from.carriers.map((id) => `carrier:${id}`),
    ...from.tags.map((tag) => `tag:${tag}`),
    ...from.vantages.map((id) => `vantage:${id}`),
  ].join(" ");
}

function headText({ row, availability30d, p50Ms30d, p95Ms30d, certificateNotAfterS }: TargetView): string {
  const { target } = row;
  return facts([
    ["name", target.name],
    ["id", target.id],
    ["url", target.url],
    ["status", row.status],
    ["every", `${spanText(target.stepS)} (${target.cron}, ${target.timeZone})`],
    ["from", fromText(target)],
    ...askedLines(target),
    ["next", isoOf(row.nextTickMs / 1000)],
    ["30 days", thirtyDays(availability30d)],
    ["p50 / p95", p50Ms30d === null ? null : `${msText(p50Ms30d)} / ${msText(p95Ms30d)}`],
    ["certificate until", certificateNotAfterS === null ? null : isoOf(certificateNotAfterS)],
  ]);
}

function thirtyDays({ share, coverage }: TargetView["availability30d"]): string | null {
  return share === null ? null : `${percentText(share)} available, ${percentText(coverage)} measured`;
}

function cellsText({ row }: TargetView): string {
  const rows = row.cells
    .filter((cell) => cell.state !== "none")
    .map((cell) => {
      const sample = cell.latest?.sample;
      const failure = sample?.failure;
      return [
        cell.carrier,
        cell.slow ? `${cell.state}, slow` : cell.state,
        msText(sample?.timings.total == null ? null : sample.timings.total / 1000),
        failure ? `${failure.phase}: ${failure.cause}` : (sample?.detail.status ?? null),
        sample ? isoOf(sample.tick) : null,
        percentText(cell.availability24h.share),
      ];
    });
  return table(["CARRIER", "NOW", "TOTAL", "ANSWER", "TICK", "24 H"], rows, "no vantage measures it yet");
}

function msText(ms: number | null): string | null {
  return ms === null ? null : `${ms.toFixed(1)} ms`;
}

function percentText(share: number | null): string {
  return share === null ? "—" : `${(share * 100).toFixed(2)} %`;
}

export const verb = verbOf("target", "the URLs that are watched", [
  list,
  add,
  show,
  edit,
  remove,
  pause,
  resume,
  purgeOf("target"),
]);
