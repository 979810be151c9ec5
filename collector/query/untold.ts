/** Whether anybody would be told of a failure now: for the banner on every page. Knows that settings exist, not what is in them. */
import type { Store } from "../store/store.ts";
import type { Overview } from "../wire/api-overview.ts";

/** Setting in which the mail server is kept. */
const SMTP_SETTING = "smtp";

/** @returns Why nobody would be told; null = somebody would. */
export async function untoldReason(store: Pick<Store, "registry" | "outbox">): Promise<Overview["untold"]> {
  const [smtp, recipients, outbox] = await Promise.all([
    store.registry.get("setting", SMTP_SETTING),
    store.registry.list("recipient"),
    store.outbox.summary(),
  ]);
  if (!smtp) return "no-smtp";
  if (recipients.length === 0) return "no-recipient";
  return outbox.failing > 0 ? "smtp-failing" : null;
}
