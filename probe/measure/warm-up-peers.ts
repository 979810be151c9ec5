/**
 * Who the warm-up talks to: servers of our own on loopback for DNS, HTTP and HTTPS, gone when it is over.
 *
 * The certificate is made on the spot, for one minute and one name, and its key leaves the process with it.
 */
import { createSign, generateKeyPairSync } from "node:crypto";
import dgram from "node:dgram";
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";

export type Peers = {
  /** 127.0.0.1:port; knows the one name. */
  readonly dns: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  close(): void;
};

export const WARM_UP_NAME = "warm-up.test";

const BODY = Buffer.alloc(2_000, "warm");

export async function warmUpPeers(): Promise<Peers> {
  const answer: http.RequestListener = (_request, response) => {
    response.write(BODY);
    // In two pieces, so that a body in chunks is read too.
    setImmediate(() => response.end(BODY));
  };
  const plain = http.createServer(answer);
  const secure = https.createServer(selfSigned(), answer);
  const dns = dgram.createSocket("udp4", (query, from) =>
    dns.send(dnsAnswer(query), from.port, from.address),
  );
  for (const server of [plain, secure]) server.listen(0, "127.0.0.1");
  dns.bind(0, "127.0.0.1");
  await Promise.all([plain, secure, dns].map((server) => once(server, "listening")));
  return {
    dns: `127.0.0.1:${dns.address().port}`,
    httpPort: portOf(plain.address()),
    httpsPort: portOf(secure.address()),
    close() {
      for (const server of [plain, secure]) {
        server.close();
        server.closeAllConnections();
      }
      dns.close();
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}

const A = 1;

/** The question once more, with 127.0.0.1 for who asks for A of the one name; no other exists. */
function dnsAnswer(query: Buffer): Buffer {
  const nameEnd = query.indexOf(0, 12);
  const question = query.subarray(12, nameEnd + 5);
  const known = query.toString("latin1", 13, nameEnd).replaceAll(/[^a-z-]/g, ".") === WARM_UP_NAME;
  const found = known && query.readUInt16BE(nameEnd + 1) === A;
  const head = Buffer.from([
    ...query.subarray(0, 2),
    0x84,
    known ? 0 : 3,
    0,
    1,
    0,
    found ? 1 : 0,
    0,
    0,
    0,
    0,
  ]);
  const record = Buffer.from("c00c00010001000000010004" + "7f000001", "hex");
  return Buffer.concat(found ? [head, question, record] : [head, question]);
}

/** A self-signed certificate of version 1: nothing but a name, a minute and a key. */
function selfSigned(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaSha256 = der(0x30, der(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const commonName = der(0x30, der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from("warm-up")));
  const name = der(0x30, der(0x31, commonName));
  const validity = der(0x30, time(Date.now() - 60_000), time(Date.now() + 60_000));
  const spki = publicKey.export({ type: "spki", format: "der" });
  const body = der(0x30, der(0x02, Buffer.from([1])), ecdsaSha256, name, validity, name, spki);
  const signature = createSign("sha256").update(body).sign(privateKey);
  const certificate = der(0x30, body, ecdsaSha256, der(0x03, Buffer.from([0]), signature));
  const base64 = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
  };
}

/** GeneralizedTime, in whole seconds of UTC. */
function time(ms: number): Buffer {
  return der(0x18, Buffer.from(`${new Date(ms).toISOString().replaceAll(/[-:T]|\..*/g, "")}Z`));
}

/** One element of DER (X.690), shorter than 64 KiB. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
