/**
 * An address becomes a connection: TCP to the pinned address, then TLS over it. Fresh every time, nothing resumed.
 *
 * The address was chosen and guarded before; no name is given to Node's own connect, which would look it up again
 * and try others. A certificate that does not hold is reported, not thrown: its facts belong to the sample.
 */
import net from "node:net";
import tls from "node:tls";
import type { StopSignal } from "./stop.ts";
import { stage } from "./trouble.ts";

/** What a plain connection brings, piece by piece, past Node's streams: a read costs a quarter of theirs. */
export type Feed = {
  /** Hands on each piece as it is read, with what came before; its bytes are written over after the call. */
  to(take: (piece: Buffer) => void): void;
};

/** Every read of every connection goes here: it is handed on within the same call. */
const READ = Buffer.allocUnsafeSlow(65_536);

type FeedEnd = Feed & { readonly read: (bytes: number) => boolean };

function newFeed(): FeedEnd {
  let early: Buffer[] = [];
  let take = (piece: Buffer): void => {
    early.push(Buffer.from(piece));
  };
  return {
    to(taker) {
      take = taker;
      for (const piece of early) taker(piece);
      early = [];
    },
    read(bytes) {
      take(READ.subarray(0, bytes));
      return true;
    },
  };
}

export type TcpOptions = {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
  readonly localAddress: string | undefined;
  readonly signal: StopSignal;
  /** Called right before the connect, and first thing in the callback. */
  readonly begun: () => void;
  readonly mark: () => void;
  /** Takes the connection's feed: nothing comes by the socket's own events then. Absent = they bring it, or TLS follows. */
  readonly feed?: ((feed: Feed) => void) | undefined;
};

/** Opens the TCP connection; rejects with the socket's error. */
export function openTcp(options: TcpOptions): Promise<net.Socket> {
  return stage<net.Socket>(options.signal, (resolve, reject) => {
    const feed = options.feed === undefined ? null : newFeed();
    if (feed !== null) options.feed?.(feed);
    options.begun();
    const socket = net.connect({
      host: options.address,
      port: options.port,
      family: options.family,
      autoSelectFamily: false,
      noDelay: true,
      localAddress: options.localAddress,
      onread: feed === null ? undefined : { buffer: READ, callback: feed.read },
    });
    // Stays: what fails between the stages changes nothing here, and the next one finds the socket destroyed.
    socket.on("error", reject);
    socket.on("connect", () => {
      options.mark();
      resolve(socket);
    });
    return () => socket.destroy();
  });
}

export type TlsOptions = {
  readonly socket: net.Socket;
  readonly host: string;
  readonly context: tls.SecureContext;
  /** Asked for by SNI and expected in the certificate; absent = `host`. */
  readonly serverName?: string | undefined;
  /** What is offered by ALPN, the most wanted first; absent = HTTP/1.1. */
  readonly protocols?: readonly string[];
  readonly signal: StopSignal;
  /** From here on the TLS socket stands for both: it alone is destroyed. */
  readonly took: (secure: tls.TLSSocket) => void;
  /** The ClientHello has been written. */
  readonly began?: () => void;
  /** The server's first flight has been read: what follows until `mark` is our own arithmetic. */
  readonly answered: () => void;
  readonly mark: () => void;
};

/**
 * The TLS handshake; rejects with the error that ended it.
 *
 * @returns The socket; `authorizationError` says why its certificate does not hold.
 */
export function openTls(options: TlsOptions): Promise<tls.TLSSocket> {
  const { socket, host } = options;
  const serverName = options.serverName ?? (net.isIP(host) === 0 ? host : undefined);
  return stage<tls.TLSSocket>(options.signal, (resolve, reject) => {
    const secure = tls.connect({
      socket,
      // `host` is what the certificate is held against when there is no server name (RFC 6066 forbids addresses).
      host,
      ...(serverName === undefined ? {} : { servername: serverName }),
      secureContext: options.context,
      ALPNProtocols: [...(options.protocols ?? ["http/1.1"])],
      rejectUnauthorized: false,
    });
    // The socket stands, so the ClientHello has gone out within the call.
    options.began?.();
    options.took(secure);
    // Only its instant is of use; the key line is dropped.
    secure.once("keylog", options.answered);
    secure.on("error", reject);
    secure.once("secureConnect", () => {
      options.mark();
      resolve(secure);
    });
    return () => secure.destroy();
  });
}
