/**
 * Reports of evidence that wait for the collector, a file each, oldest first; a restart finds them again.
 *
 * A bounded number: the oldest gives way, and that is said. A damaged file is removed and said.
 */
import { join } from "node:path";
import type { Log } from "../../collector/wire/log.ts";
import { PathReport } from "../../collector/wire/path-evidence.ts";
import { codeOf, replaceFile, type SpoolFiles } from "../spool/files.ts";

export type EvidenceFolder = {
  /** Resolves when the report is on disk. @throws What the file system throws. */
  add(report: PathReport): Promise<void>;
  /** null = nothing waits. @throws What the file system throws. */
  oldest(): Promise<{ readonly report: PathReport; remove(): Promise<void> } | null>;
};

/** Below the vantage's folder. */
export const EVIDENCE_FOLDER = "evidence";
/** Files that wait; each has a few kB. */
export const EVIDENCE_MAX = 50;

const NAME = /^\d{13}-[0-9a-f]{16}\.json$/;

/** @param folder The vantage's. */
export function evidenceFolder(files: SpoolFiles, folder: string, log: Log): EvidenceFolder {
  const place = join(folder, EVIDENCE_FOLDER);
  const names = async (): Promise<string[]> => {
    const found = await files.list(place).catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    });
    return found.filter((name) => NAME.test(name)).sort();
  };
  return {
    async add(report) {
      await files.makeFolder(place);
      const waiting = await names();
      const over = waiting.slice(0, Math.max(0, waiting.length - EVIDENCE_MAX + 1));
      for (const name of over) await files.remove(join(place, name));
      if (over.length > 0)
        log.warn({ dropped: over.length }, "more evidence waits than is kept: the oldest is dropped");
      const stamp = String(report.evidence.takenMs).padStart(13, "0");
      const path = join(place, `${stamp}-${report.id}.json`);
      await replaceFile(files, path, Buffer.from(JSON.stringify(report)));
    },
    async oldest() {
      for (const name of await names()) {
        const path = join(place, name);
        const remove = () => files.remove(path);
        const bytes = await files.read(path);
        if (bytes === null) continue;
        const report = PathReport.safeParse(jsonOf(bytes));
        if (report.success) return { report: report.data, remove };
        log.warn({ file: path }, "a file of evidence is damaged and is removed");
        await remove();
      }
      return null;
    },
  };
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}
