/**
 * What the collector says of a field or of a whole target -> the same in the reader's words. Pure.
 *
 * Named groups of a pattern are the values of its sentence. What is not known here is shown as the collector said it.
 */
import type { Key, Translate } from "../../i18n/translate.ts";

type Sentences = readonly (readonly [RegExp, Key])[];

const OF_URL: Sentences = [
  [/(?<allow>--allow \S+)/, "problem.url.private"],
  [/which URL/, "problem.url.missing"],
  [/user ?name or password/, "problem.url.credentials"],
  [/only http, https/, "problem.url.scheme"],
  [/has no port: write (?<form>.+)$/, "problem.url.port"],
  [/has a port: another resolver is named as (?<form>\?resolver=\S+),/, "problem.url.dnsPort"],
  [/has a path: write (?<form>.+)$/, "problem.url.path"],
  [/has no host that can be read: write (?<form>.+)$/, "problem.url.host"],
  [/has "(?<what>[^"]*)" in it: write (?<form>.+)$/, "problem.url.field"],
  [/port 0/, "problem.url.port0"],
  [/ports end at 65535/, "problem.url.portHigh"],
  [/count is 1 to (?<max>\d+)/, "problem.url.count"],
  [/says (?<what>\w+) more than once/, "problem.url.twice"],
  [/records of type (?<type>\S+); known are (?<known>.+)$/, "problem.url.type"],
  [/only PTR has some/, "problem.url.ptr"],
  [/has the resolver/, "problem.url.resolver"],
  [/no scheme|not a URL|must start|space or a control/, "problem.url.invalid"],
];

const OF_CRON: Sentences = [
  [/fields instead/, "problem.cron.fields"],
  [/unevenly in /, "problem.cron.zone"],
  [/some days only/, "problem.cron.days"],
  [/at least \d+ s apart/, "problem.cron.often"],
];

const OF_ARCHIVES: Sentences = [
  [/first archive has rows of one tick: write (?<form>\S+) before/, "problem.archives.first"],
  [/^(?<steps>\d+) ticks a row after (?<before>\d+):/, "problem.archives.order"],
  [/at most a day: (?<most>\d+) ticks of \d+ s, not (?<steps>\d+)/, "problem.archives.day"],
  [
    /^(?<steps>\d+) ticks of \d+ s do not divide a day: (?<below>\d+) or (?<above>\d+)/,
    "problem.archives.divide",
  ],
  [/^(?<form>\S+) reaches back further than 26 months: write (?<instead>\S+)$/, "problem.archives.long"],
  [/^(?<rows>\d+) rows in all; at most (?<most>\d+)/, "problem.archives.rows"],
];

const OF_ANY: Sentences = [
  [/control character/, "problem.name.control"],
  [/there is no secret "(?<name>[^"]*)"/, "problem.secret.unknown"],
  [/there is no (?:vantage|carrier|recipient) "(?<name>[^"]*)"/, "problem.gone"],
  [/vantage "(?<name>[^"]*)" is revoked/, "problem.revoked"],
  [/nobody would measure it/, "problem.from"],
  [/^a (?<method>\w+) request has no body/, "problem.request.body"],
  [/request\.auth writes this header/, "problem.header.auth"],
  [/set by the probe itself/, "problem.header.own"],
  [/beyond Latin-1/, "problem.header.value"],
  [/a header's name/, "problem.header.name"],
  [/holds no colon/, "problem.user"],
  [/holds a private key/, "problem.pem.key"],
  [/its END line is missing/, "problem.pem.end"],
  [/its certificate (?<n>\d+) of \d+ is none/, "problem.pem.nth"],
  [/is no certificate|PEM certificates/, "problem.pem.none"],
  [/a host name/, "problem.hostName"],
  [/names the address (?<address>\S+) itself/, "problem.addresses.literal"],
  [/families measures IPv4 and IPv6/, "problem.addresses.family"],
  [/is no (?<family>ipv[46]) address, which family/, "problem.addresses.pinFamily"],
  [/an IP address|Invalid IPv4 address/, "problem.ip"],
  [/measured at that one/, "problem.addresses.pinOne"],
  [/^at most (?<n>\d+) addresses are measured/, "problem.addresses.up"],
  [/answer to HEAD has no body/, "problem.head"],
  [/RE2 has no look-ahead/, "problem.pattern.look"],
  [/RE2 has no back-references/, "problem.pattern.back"],
  [/is no RE2 pattern: (?<message>.+)$/, "problem.pattern"],
  [/cannot be read from character (?<at>\d+)/, "problem.jsonPath"],
  [/no body has at least/, "problem.sizes"],
  [/only (?<n>\d+) bytes are read/, "problem.minCap"],
  [/use 1 to 48 of/, "problem.id"],
  [/^at most (?<n>\d+) characters/, "problem.chars"],
  [/^at most (?<n>\d+) entries/, "problem.entries"],
];

const OF_TARGET: Sentences = [
  [/vantage on this machine will not measure it.*?(?<allow>--allow \S+)/, "form.hint.here"],
  [/secret travels unencrypted/, "form.hint.secret"],
  [/another target has the name "(?<name>[^"]*)"/, "form.hint.twin"],
];

/** A problem at a field of the draft. */
export function sentenceOf(field: string, message: string, t: Translate): string {
  if (field === "timeZone") return t("problem.timeZone");
  if (field === "status") return t("problem.status");
  if (field === "cron") return cronSentence(message, t);
  const known = field === "url" ? OF_URL : field === "archives" ? OF_ARCHIVES : OF_ANY;
  return found(known, message, t) ?? t("problem.field", { message: t.said(message) });
}

/** What is right but may surprise; null = it stands in the form already, beside what was ticked. */
export function hintSentence(hint: string, t: Translate): string | null {
  if (/certificate is not verified/.test(hint)) return null;
  return found(OF_TARGET, hint, t) ?? t.said(hint);
}

function cronSentence(message: string, t: Translate): string {
  const said = found(OF_CRON, message, t);
  if (said !== null) return said;
  const example = /for example (.+)$/.exec(message)?.[1] ?? "*/5 * * * *";
  if (/unevenly/.test(message)) return t("problem.cron.uneven", { example });
  return t("problem.cron.other", { message: t.said(message) });
}

function found(sentences: Sentences, message: string, t: Translate): string | null {
  for (const [pattern, key] of sentences) {
    const match = pattern.exec(message);
    if (match) return t(key, match.groups ?? {});
  }
  return null;
}
