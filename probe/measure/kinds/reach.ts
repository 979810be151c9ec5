/**
 * A place becomes one guarded address, and the instants of one reach for it: what tcp, tls and ping share.
 *
 * The guard is asked for every address the name has, and again for the one that stands at the other end. Its list of
 * ports is about stray HTTP requests, of which these kinds send none: any port of a public address may be reached.
 */
import { NO_REQUEST_PORT } from "../guard.ts";
import type { Addresses } from "../lookup.ts";
import { StageError } from "../trouble.ts";
import type { KindTask } from "./task.ts";
import { within } from "./task.ts";

export type Reached = { readonly address: string; readonly family: 4 | 6 };

/**
 * Finds the one address that is measured; sets the dns mark where a resolver was asked.
 *
 * @param host Name, or address without brackets.
 * @throws StageError, or c-ares' error.
 */
export async function addressOf(task: KindTask, host: string): Promise<Reached> {
  const { tools, families, marks } = task;
  const wanted = task.assignment.addresses?.pin ?? host;
  const nothing: Addresses = { family: 4, addresses: [] };
  const local = families.length === 0 ? nothing : tools.lookup.local(wanted, families);
  const found = local ?? (await within(task, (signal) => ask(task, wanted, signal)));
  if (found.addresses.length === 0 && tools.localAddress !== undefined) {
    throw new StageError("NO_LOCAL_FAMILY", `${wanted} cannot be reached from ${tools.localAddress}`);
  }
  if (found.addresses.length === 0) {
    throw new StageError("NO_FAMILY", `${wanted} is not an address of the family this target is measured by`);
  }
  for (const address of found.addresses) mustAllow(task, address, wanted);
  const index = Math.min(found.addresses.length - 1, Math.floor(tools.random() * found.addresses.length));
  const reached = { address: found.addresses[index] ?? "", family: found.family };
  task.detail.address = reached.address.slice(0, 64);
  task.detail.family = reached.family;
  if (marks.dnsMs !== null) task.course.marked(marks);
  return reached;
}

/** @throws StageError GUARD for an address that this probe does not measure. */
export function mustAllow({ tools }: Pick<KindTask, "tools">, address: string, name: string): void {
  const refusal = tools.guard.address(address, NO_REQUEST_PORT, name);
  if (refusal !== null) throw new StageError("GUARD", refusal);
}

async function ask(task: KindTask, host: string, signal: AbortSignal): Promise<Addresses> {
  const { tools, families, marks, course } = task;
  try {
    return await tools.lookup.ask(host, families, signal, () => {
      marks.dnsMs = tools.clock.monoMs();
      course.arrived();
    });
  } catch (error) {
    marks.dnsMs = null;
    throw error;
  }
}
