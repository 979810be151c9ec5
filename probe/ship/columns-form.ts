/**
 * When a batch goes in columns: once the collector has said in an answer that it reads them, until it refuses one.
 *
 * A collector that was set back to an older program refuses the content type, one that was started anew does not know the
 * certificates it was told; something on the way may refuse either, or hang up. Nothing is lost: the batch goes again.
 */
import { COLUMNS, UNKNOWN_TEXTS } from "../../collector/wire/columns.ts";
import { UNDERSTANDS } from "../../collector/wire/on-demand.ts";
import type { Taken } from "../spool/spool.ts";
import { type BatchHead, type Body, packedColumns } from "./batch.ts";
import type { Answer } from "./client.ts";
import { ToldCertificates } from "./columns.ts";

/** Batches that go as JSON after one in columns was refused, whatever the answers say. */
const JSON_AFTER_REFUSAL = 64;
/** In columns, one after the other, that something began to take and did not end: it may be their form. */
const MOST_FAILURES = 3;
/** Codes of what the client fails with after there was a connection. */
const CUT_OFF: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "timeout", "truncated"]);
/** The collector's own word for a full disk or too much work. */
const BUSY = 503;
/** Not about the form: the key, the size, the moment. */
const OTHERWISE: ReadonlySet<number> = new Set([401, 408, 413, 429]);

type ColumnsBody = Body & { readonly certificates: readonly string[] };

export function columnsForm() {
  const told = new ToldCertificates();
  let reads = false;
  let asJson = 0;
  let failures = 0;
  return {
    /** null = it goes as JSON. */
    bodyOf: (taken: Taken, head: BatchHead): ColumnsBody | null =>
      reads && asJson === 0 ? packedColumns(taken, head, told) : null,
    /** Whether the same batch has to be offered again at once in another form. */
    isRefused({ status, body: said }: Pick<Answer, "status" | "body">): boolean {
      if (status < 400 || status >= 500 || OTHERWISE.has(status)) return false;
      if (status === 409 && said.includes(UNKNOWN_TEXTS) && told.forget()) return true;
      asJson = JSON_AFTER_REFUSAL;
      return true;
    },
    /** One in columns was not taken. Its answer's status, or the code of what it failed with. */
    failed({ status, code = "" }: { readonly status?: number; readonly code?: string }): void {
      if (status === undefined ? !CUT_OFF.has(code) : (status >= 400 && status < 500) || status === BUSY)
        return;
      failures += 1;
      if (failures < MOST_FAILURES) return;
      failures = 0;
      asJson = JSON_AFTER_REFUSAL;
    },
    /** A batch was taken. @param body null = it went as JSON. */
    answered(body: ColumnsBody | null, { headers }: Pick<Answer, "headers">): void {
      failures = 0;
      reads = headers[UNDERSTANDS.header] === COLUMNS;
      if (body) told.tell(body.certificates);
      else asJson = Math.max(0, asJson - 1);
    },
  };
}
