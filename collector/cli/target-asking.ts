/**
 * Flags that say how a target is asked and at which addresses -> its `method`, `request`, `tls` and `addresses`.
 *
 * Only shapes are read here; whether they can be is the registry's to say. A secret is named, never given: its value
 * comes by `carrierwatch secret add`. Files are read before: `texts` holds what stood in them.
 */
import { CarrierwatchError } from "../wire/errors.ts";
import type { Options } from "./described.ts";
import { fieldsOf, patch, split, wholeOf } from "./target-fields.ts";

export type AskingFlags = {
  readonly method?: string;
  readonly header?: readonly string[];
  readonly body?: string;
  readonly bodyFile?: string;
  readonly basicUser?: string;
  readonly secret?: string;
  readonly bearerSecret?: string;
  readonly http2?: boolean;
  readonly caFile?: string;
  readonly verify?: boolean;
  readonly clientCert?: string;
  readonly clientKeySecret?: string;
  readonly serverName?: string;
  readonly family?: string;
  readonly addresses?: string;
  readonly up?: string;
  readonly maxAddresses?: string;
  readonly pin?: string;
  readonly cacheDns?: boolean;
};

/** What stood in the files that flags name. */
export type FileTexts = { readonly body?: string; readonly ca?: string; readonly certificate?: string };

/** Adds the flags to a subcommand. */
export function askingOptions(options: Options): void {
  requestOptions(options);
  tlsOptions(options);
  addressOptions(options);
}

function requestOptions(options: Options): void {
  options
    .group({ en: "How it is asked:", zh: "怎样请求：" })
    .option("--method <METHOD>", {
      en: "GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS (default GET)",
      zh: "GET、HEAD、POST、PUT、PATCH、DELETE 或 OPTIONS（默认 GET）",
    })
    .option(
      "--header <HEADER>",
      { en: "'Name: value', sent with the request; may be repeated", zh: "“名称: 值”，随请求发送；可重复" },
      { repeated: true },
    )
    .option("--body <TEXT>", {
      en: "sent with the request; give its content-type as a header",
      zh: "随请求发送的请求体；它的 content-type 用请求头给出",
    })
    .option("--body-file <FILE>", {
      en: "the same from a file, - for stdin",
      zh: "同上，从文件读，- 是标准输入",
    })
    .option("--basic-user <USER>", {
      en: "basic authentication; its password is named by --secret",
      zh: "basic 认证；密码由 --secret 指定",
    })
    .option("--secret <NAME>", {
      en: "the secret that is the password (carrierwatch secret add NAME)",
      zh: "作为密码的密钥（carrierwatch secret add 名称）",
    })
    .option("--bearer-secret <NAME>", {
      en: "bearer authentication with the secret of that name",
      zh: "bearer 认证，用这个名称的密钥",
    })
    .option("--http2", { en: "offer HTTP/2 beside 1.1 (https)", zh: "除 1.1 外也提供 HTTP/2（https）" })
    .option("--no-http2", { en: "1.1 again", zh: "只用 1.1" })
    .option("--redirects <N>", {
      en: "how many to follow (default 5, 0 = none)",
      zh: "最多跟随几次重定向（默认 5，0 为不跟随）",
    });
}

function tlsOptions(options: Options): void {
  options
    .group({ en: "TLS:", zh: "TLS：" })
    .option("--ca-file <FILE>", { en: "trust these authorities too, PEM", zh: "另外信任这些颁发机构，PEM" })
    .option("--verify", { en: "the certificate must hold (default)", zh: "证书必须有效（默认）" })
    .option("--no-verify", {
      en: "measure although the certificate does not hold; every sample says unverified",
      zh: "证书无效也测；每个样本都注明未验证",
    })
    .option("--client-cert <FILE>", {
      en: "certificate of this client, PEM; its key is named by --client-key-secret",
      zh: "客户端证书，PEM；私钥由 --client-key-secret 指定",
    })
    .option("--client-key-secret <NAME>", {
      en: "the secret that is the private key, PEM",
      zh: "作为私钥的密钥，PEM",
    })
    .option("--server-name <NAME>", {
      en: "ask for this name (SNI) and expect it in the certificate",
      zh: "请求这个名称（SNI），证书也要写着它",
    });
}

function addressOptions(options: Options): void {
  options
    .group({ en: "Which of its addresses:", zh: "测哪些地址：" })
    .option("--family <FAMILY>", { en: "any, ipv4 or ipv6", zh: "any（都可以）、ipv4 或 ipv6" })
    .option("--addresses <WHICH>", {
      en: "one (default), families: IPv4 and IPv6, every: each address a series",
      zh: "one 一个（默认），families IPv4 和 IPv6 各测，every 每个地址一条序列",
    })
    .option("--up <N>", {
      en: "how many must be up: majority (default), all, any or a number",
      zh: "多少个正常才算正常：majority 多数（默认）、all 全部、any 任一，或一个数",
    })
    .option("--max-addresses <N>", {
      en: "series per vantage (default 8)",
      zh: "每个探测点最多几条序列（默认 8）",
    })
    .option("--pin <ADDRESS>", {
      en: "measure at this address, whatever the name says",
      zh: "固定测这个地址，不管域名怎么解析",
    })
    .option("--cache-dns", {
      en: "keep the resolver's answer for its TTL",
      zh: "解析结果在 TTL 之内沿用",
    })
    .option("--no-cache-dns", { en: "ask at every measurement (default)", zh: "每次测量都解析（默认）" });
}

/** The fields that the flags set; undefined = not touched. */
export function askingFields(
  before: Readonly<Record<string, unknown>>,
  flags: AskingFlags,
  texts: FileTexts,
): Readonly<Record<string, unknown>> {
  return {
    method: flags.method?.toUpperCase(),
    family: flags.family,
    request: requestOf(before["request"], flags, texts),
    tls: tlsOf(before["tls"], flags, texts),
    addresses: patch(before["addresses"], {
      measure: flags.addresses,
      up: upOf(flags.up),
      max: wholeOf("--max-addresses", flags.maxAddresses),
      pin: flags.pin,
      cache: flags.cacheDns,
    }),
  };
}

function requestOf(before: unknown, flags: AskingFlags, texts: FileTexts): unknown {
  return patch(before, {
    headers: flags.header?.map(headerOf),
    body: texts.body ?? flags.body,
    auth: authOf(fieldsOf(before)["auth"], flags),
    http: flags.http2 === undefined ? undefined : flags.http2 ? "2" : "1.1",
  });
}

function headerOf(text: string): unknown {
  const [name, value] = split(text, ":");
  if (value === undefined) {
    throw new CarrierwatchError("usage", `--header ${JSON.stringify(name)} is not 'Name: value'`);
  }
  return { name: name.trim(), value: value.trim() };
}

function authOf(before: unknown, { basicUser, secret, bearerSecret }: AskingFlags): unknown {
  if (bearerSecret !== undefined) {
    if (basicUser === undefined && secret === undefined) return { kind: "bearer", secret: bearerSecret };
    throw new CarrierwatchError("usage", "--bearer-secret stands alone: a request has one authorization");
  }
  if (basicUser === undefined && secret === undefined) return undefined;
  const known = fieldsOf(before);
  const basic = { user: basicUser ?? known["user"], secret: secret ?? known["secret"] };
  if (basic.user === undefined || basic.secret === undefined) {
    throw new CarrierwatchError("usage", "--basic-user USER and --secret NAME go together");
  }
  return { kind: "basic", ...basic };
}

function tlsOf(before: unknown, flags: AskingFlags, texts: FileTexts): unknown {
  const certificate = patch(fieldsOf(before)["clientCertificate"], {
    certificate: texts.certificate,
    key: flags.clientKeySecret,
  });
  if (certificate && (certificate["certificate"] === undefined || certificate["key"] === undefined)) {
    throw new CarrierwatchError("usage", "--client-cert FILE and --client-key-secret NAME go together");
  }
  return patch(before, {
    ca: texts.ca,
    verify: flags.verify,
    clientCertificate: certificate,
    serverName: flags.serverName,
  });
}

function upOf(text: string | undefined): unknown {
  return text === undefined || /^(?:majority|all|any)$/.test(text) ? text : wholeOf("--up", text);
}
