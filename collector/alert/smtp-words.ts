/** How a mail failed, in a sentence that says what to do, with the server's own words behind it. */
import type { Language } from "../wire/ids.ts";
import type { SmtpSettings } from "./smtp-settings.ts";
import type { SmtpFailure } from "./transport.ts";

type Kind =
  | "password"
  | "refused"
  | "unreachable"
  | "name"
  | "timeout"
  | "plain"
  | "starttls"
  | "certificate"
  | "sender"
  | "recipient"
  | "message"
  | "other";

const SENTENCES: Readonly<Record<Language, Readonly<Record<Kind, string>>>> = {
  zh: {
    password: "用户名或密码不对。QQ、163 等邮箱要填“授权码”，不是登录密码",
    refused: "{host} 的 {port} 端口拒绝连接，请核对服务器和端口",
    unreachable: "连不上 {host} 的 {port} 端口，请核对服务器、端口和防火墙",
    name: "找不到服务器 {host}，请核对名字",
    timeout: "{host} 的 {port} 端口没有及时回答，可能被防火墙挡住，或者加密方式选错了",
    plain: "{host} 的 {port} 端口不是从头加密的，加密方式请改选 STARTTLS（常用 587 端口）",
    starttls: "服务器 {host} 不支持 STARTTLS，加密方式请改选 TLS（常用 465 端口）",
    certificate: "服务器 {host} 的证书不受信任或与名字不符",
    sender: "服务器不接受发件人 {from}，它通常要与登录的邮箱相同",
    recipient: "服务器不接受收件人",
    message: "服务器没有接收这封邮件",
    other: "邮件没有发出去",
  },
  en: {
    password: "wrong user name or password; many providers want an app password here",
    refused: "{host} refuses connections on port {port}; is it the right server and port?",
    unreachable: "{host} cannot be reached on port {port}; look at server, port and firewall",
    name: "there is no server {host}; is the name right?",
    timeout: "{host} did not answer on port {port} in time; a firewall, or the wrong kind of encryption",
    plain: "port {port} of {host} is not encrypted from the start; choose STARTTLS (often port 587)",
    starttls: "{host} does not offer STARTTLS; choose TLS (often port 465)",
    certificate: "the certificate of {host} is not trusted or is for another name",
    sender: "the server does not accept the sender {from}; it usually must be the mailbox you sign in with",
    recipient: "the server does not accept the recipient",
    message: "the server did not take the message",
    other: "the mail was not sent",
  },
};

/** One sentence in the reader's language, then what the server or the system said. */
export function failureSentence(
  failure: SmtpFailure,
  settings: Pick<SmtpSettings, "host" | "port" | "fromAddress">,
  language: Language,
): string {
  const sentence = SENTENCES[language][kindOf(failure)]
    .replace("{host}", settings.host)
    .replace("{port}", String(settings.port))
    .replace("{from}", settings.fromAddress);
  return language === "zh"
    ? `${sentence}。${failure.status === null ? "原因" : "服务器说"}：${failure.words}`
    : `${sentence}. ${failure.status === null ? "Cause" : "The server said"}: ${failure.words}`;
}

function kindOf({ code, command, words }: SmtpFailure): Kind {
  if (code === "EAUTH" || code === "ENOAUTH") return "password";
  if (/ECONNREFUSED/.test(words)) return "refused";
  if (code === "EDNS" || /ENOTFOUND|EAI_AGAIN/.test(words)) return "name";
  if (/EHOSTUNREACH|ENETUNREACH|ECONNRESET/.test(words)) return "unreachable";
  if (/wrong version number|packet length too long|unknown protocol/i.test(words)) return "plain";
  if (/certificate|altname|self.signed|issuer/i.test(words)) return "certificate";
  if (code === "ETLS" || command === "STARTTLS" || /STARTTLS/.test(words)) return "starttls";
  if (code === "ETIMEDOUT" || code === "EABORT") return "timeout";
  if (code === "EENVELOPE") return command.startsWith("MAIL") ? "sender" : "recipient";
  return code === "EMESSAGE" ? "message" : "other";
}
