/**
 * When a batch goes in columns: once the collector has said in an answer that it reads them, until it refuses one.
 *
 * A collector that was set back to an older program refuses the content type, one that was started anew does not know the
 * certificates it was told; something on the way may like neither. Nothing is lost by any of it: the batch goes again.
 */
import { COLUMNS, UNKNOWN_TEXTS } from "../../collector/wire/columns.ts";
import { UNDERSTANDS } from "../../collector/wire/on-demand.ts";
import type { Taken } from "../spool/spool.ts";
import { type BatchHead, type Body, packedColumns } from "./batch.ts";
import type { Answer } from "./client.ts";
import { ToldCertificates } from "./columns.ts";

/** Batches that go as JSON after one in columns was refused, whatever the answers say. */
const JSON_AFTER_REFUSAL = 64;
/** Not about the form: the key, the size, the moment. */
const OTHERWISE: ReadonlySet<number> = new Set([401, 408, 413, 429]);

type ColumnsBody = Body & { readonly certificates: readonly string[] };

export function columnsForm() {
  const told = new ToldCertificates();
  let reads = false;
  let asJson = 0;
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
    /** A batch was taken. @param body null = it went as JSON. */
    answered(body: ColumnsBody | null, { headers }: Pick<Answer, "headers">): void {
      reads = headers[UNDERSTANDS.header] === COLUMNS;
      if (body) told.tell(body.certificates);
      else asJson = Math.max(0, asJson - 1);
    },
  };
}
