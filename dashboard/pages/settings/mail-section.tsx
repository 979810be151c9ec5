/** Outgoing mail: presets for the usual services, a test button, and how sending goes. */
import { useState } from "preact/hooks";
import type { SmtpInput, SmtpTestAnswer, SmtpView } from "../../../collector/wire/api-settings.ts";
import { Choices, Form, SelectField, TextField } from "../parts/fields.tsx";
import { ProblemBox } from "../parts/problem.tsx";
import { useApp } from "../state/app.ts";
import { useOverview } from "../state/overview.ts";
import { useResource } from "../state/resource.ts";
import { type Act, useAct } from "./use-act.ts";

const PRESETS = {
  qq: { host: "smtp.qq.com", port: "465", security: "tls" },
  "163": { host: "smtp.163.com", port: "465", security: "tls" },
  aliyun: { host: "smtp.qiye.aliyun.com", port: "465", security: "tls" },
  custom: null,
} as const;

type Preset = keyof typeof PRESETS;
const PRESET_NAMES: readonly Preset[] = ["qq", "163", "aliyun", "custom"];

type Draft = {
  host: string;
  port: string;
  security: SmtpInput["security"];
  username: string;
  password: string;
  fromAddress: string;
  fromName: string;
};

export function MailSection() {
  const { client } = useApp();
  const smtp = useResource<SmtpView>("/settings/smtp", (signal) => client.get("/settings/smtp", signal));
  if (!smtp.data) return smtp.error ? <ProblemBox error={smtp.error} retry={smtp.reload} /> : null;
  return (
    <div class="stack">
      <MailForm view={smtp.data} onSaved={smtp.set} />
      {smtp.data.configured && <Outbox view={smtp.data} />}
    </div>
  );
}

function MailForm({ view, onSaved }: { view: SmtpView; onSaved: (view: SmtpView) => void }) {
  const { t, client, toast } = useApp();
  const overview = useOverview();
  const [draft, setDraft] = useState(() => draftOf(view));
  const [preset, setPreset] = useState<Preset>(
    () => PRESET_NAMES.find((name) => PRESETS[name]?.host === draft.host) ?? "custom",
  );
  const act = useAct();
  const kept = view.settings?.hasPassword ?? false;
  const ready = draft.host !== "" && draft.fromAddress !== "" && !lacksPassword(draft, kept);
  const put = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const choose = (name: Preset) => {
    setPreset(name);
    const values = PRESETS[name];
    if (values) put(values);
  };
  const save = () =>
    act.run(async () => {
      onSaved(await client.put<SmtpView>("/settings/smtp", inputOf(draft)));
      put({ password: "" });
      toast(t("common.saved"));
      overview.reload();
    });
  return (
    <>
      <Form onSubmit={save} label={t("settings.mail")}>
        <Choices
          label={t("settings.mail.preset")}
          name="preset"
          hint={preset === "custom" ? undefined : t(`settings.mail.note.${preset}`)}
          chosen={[preset]}
          options={PRESET_NAMES.map((name) => ({ value: name, label: t(`settings.mail.preset.${name}`) }))}
          onToggle={choose}
        />
        <ServerFields draft={draft} put={put} act={act} />
        <LoginFields
          draft={draft}
          put={put}
          act={act}
          kept={kept}
          // The services of the presets want the address as user name: typing it once is enough.
          mirrored={preset !== "custom"}
        />
        {act.error && (
          <p class="problem" role="alert">
            {act.error}
          </p>
        )}
        <div>
          <button type="submit" class="btn primary" disabled={act.busy || !ready}>
            {t("common.save")}
          </button>
        </div>
      </Form>
      <TestMail smtp={ready ? inputOf(draft) : null} />
    </>
  );
}

type FieldsProps = { draft: Draft; put: (change: Partial<Draft>) => void; act: Act };

function ServerFields({ draft, put, act }: FieldsProps) {
  const { t } = useApp();
  return (
    <div class="fields three">
      <TextField
        name="host"
        label={t("settings.mail.host")}
        value={draft.host}
        wrong={act.issues["host"]}
        onValue={(host) => put({ host })}
      />
      <TextField
        type="number"
        name="port"
        label={t("settings.mail.port")}
        value={draft.port}
        wrong={act.issues["port"]}
        onValue={(port) => put({ port })}
      />
      <SelectField
        label={t("settings.mail.security")}
        value={draft.security}
        options={(["tls", "starttls", "none"] as const).map((value) => ({
          value,
          label: t(`settings.mail.security.${value}`),
        }))}
        onValue={(security) => put({ security })}
      />
    </div>
  );
}

function LoginFields({
  draft,
  put,
  act,
  kept,
  mirrored,
}: FieldsProps & { kept: boolean; mirrored: boolean }) {
  const { t } = useApp();
  const address = (fromAddress: string) =>
    put(
      mirrored && draft.username === draft.fromAddress
        ? { fromAddress, username: fromAddress }
        : { fromAddress },
    );
  const hint = lacksPassword(draft, kept) ? t("settings.mail.passwordNeeded") : undefined;
  return (
    <div class="fields">
      <TextField
        type="email"
        name="fromAddress"
        label={t("settings.mail.from")}
        value={draft.fromAddress}
        wrong={act.issues["fromAddress"]}
        onValue={address}
      />
      <TextField
        name="fromName"
        label={t("settings.mail.fromName")}
        value={draft.fromName}
        wrong={act.issues["fromName"]}
        onValue={(fromName) => put({ fromName })}
      />
      <TextField
        name="smtp-username"
        label={t("settings.mail.username")}
        value={draft.username}
        wrong={act.issues["username"]}
        onValue={(username) => put({ username })}
      />
      <TextField
        type="password"
        name="smtp-password"
        autocomplete="new-password"
        label={t("settings.mail.password")}
        hint={kept ? t("settings.mail.passwordKept") : hint}
        value={draft.password}
        onValue={(password) => put({ password })}
      />
    </div>
  );
}

function TestMail({ smtp }: { smtp: SmtpInput | null }) {
  const { t, client } = useApp();
  const [to, setTo] = useState("");
  const [answer, setAnswer] = useState<SmtpTestAnswer | null>(null);
  const act = useAct();
  const send = () =>
    act.run(async () => {
      setAnswer(null);
      setAnswer(await client.post<SmtpTestAnswer>("/settings/smtp/test", { to, ...(smtp ? { smtp } : {}) }));
    });
  return (
    <Form onSubmit={send} label={t("settings.mail.test")}>
      <div class="row">
        <TextField
          type="email"
          name="test-to"
          label={t("settings.mail.testTo")}
          value={to}
          wrong={act.issues["to"]}
          onValue={setTo}
        />
        <button type="submit" class="btn self-end" disabled={act.busy || to === "" || smtp === null}>
          {t("settings.mail.test")}
        </button>
      </div>
      <div aria-live="polite">
        {act.error && <p class="problem">{act.error}</p>}
        {answer && (
          <p class={answer.ok ? "good" : "problem"}>
            {t(answer.ok ? "settings.mail.testOk" : "settings.mail.testFailed", { message: answer.message })}
          </p>
        )}
      </div>
    </Form>
  );
}

function Outbox({ view: { outbox } }: { view: SmtpView }) {
  const { t, f } = useApp();
  return (
    <div class="small">
      <p>{t("settings.mail.outbox", { sent: outbox.sent, pending: outbox.pending, dead: outbox.dead })}</p>
      {outbox.lastSentMs !== null && (
        <p>{t("settings.mail.lastSent", { time: f.dayClock(outbox.lastSentMs) })}</p>
      )}
      {outbox.lastError !== null && (
        <p class="bad-text">{t("settings.mail.lastError", { message: outbox.lastError })}</p>
      )}
    </div>
  );
}

function draftOf({ settings }: SmtpView): Draft {
  return {
    host: settings?.host ?? "",
    port: String(settings?.port ?? 465),
    security: settings?.security ?? "tls",
    username: settings?.username ?? "",
    password: "",
    fromAddress: settings?.fromAddress ?? "",
    fromName: settings?.fromName ?? "carrierwatch",
  };
}

/** A user name without a password cannot log in anywhere. */
function lacksPassword(draft: Draft, kept: boolean): boolean {
  return draft.username !== "" && draft.password === "" && !kept;
}

function inputOf(draft: Draft): SmtpInput {
  const { password, port, ...rest } = draft;
  return { ...rest, port: Number(port), ...(password === "" ? {} : { password }) };
}
