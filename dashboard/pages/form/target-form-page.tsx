/** Add or edit a target: loads what the form offers, then shows it. */
import type { Recipient, VantageView } from "../../../collector/wire/api-settings.ts";
import type { Carrier } from "../../../collector/wire/carrier.ts";
import type { SecretView } from "../../../collector/wire/secret.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { ProblemBox } from "../parts/problem.tsx";
import { useApp, useUser } from "../state/app.ts";
import { useResource } from "../state/resource.ts";
import { draftOf, emptyDraft } from "./draft.ts";
import { TargetForm } from "./target-form.tsx";

export function TargetFormPage({ id }: { id: string | null }) {
  const { client } = useApp();
  const { timeZone } = useUser();
  const all = useResource(`form/${id}`, async (signal) => {
    const [carriers, vantages, recipients, secrets, target] = await Promise.all([
      client.get<{ carriers: Carrier[] }>("/carriers", signal),
      client.get<{ vantages: VantageView[] }>("/vantages", signal),
      client.get<{ recipients: Recipient[] }>("/recipients", signal),
      client.get<{ secrets: SecretView[] }>("/secrets", signal),
      id === null ? null : client.get<Target>(`/targets/${id}/definition`, signal),
    ]);
    return {
      carriers: carriers.carriers,
      vantages: vantages.vantages.filter((one) => one.vantage.revokedS === null),
      recipients: recipients.recipients,
      secrets: secrets.secrets,
      target,
    };
  });
  if (!all.data) return all.error ? <ProblemBox error={all.error} retry={all.reload} /> : null;
  const { target } = all.data;
  return (
    <TargetForm offers={all.data} target={target} first={target ? draftOf(target) : emptyDraft(timeZone)} />
  );
}
