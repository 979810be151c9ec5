/** JSON texts that stand in a batch in columns: as strict as the body of a request, where a key `__proto__` is refused. */
import { ColumnsError } from "../wire/column-bytes.ts";

/** @throws ColumnsError */
export function jsonOf(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ColumnsError("a text is not JSON");
  }
  // Without either no key can be of that name.
  if ((text.includes("__proto__") || text.includes("\\u")) && hasProto(value))
    throw new ColumnsError("a key __proto__ is not allowed");
  return value;
}

function hasProto(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(hasProto);
}
