/** Preloaded into every test process: a connect to anything but loopback throws, so no test can reach out. */
import dgram from "node:dgram";
import net from "node:net";

const isLoopback = (host: string): boolean =>
  /^127\.|^::1$|^::ffff:127\.|^localhost$|^0\.0\.0\.0$|^::$/.test(host);

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function guarded(this: net.Socket, ...args: unknown[]): net.Socket {
  const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
  const host =
    typeof first === "object" && first !== null && "host" in first && typeof first.host === "string"
      ? first.host
      : null;
  if (host !== null && !isLoopback(host)) throw new Error(`a test tried to connect to ${host}`);
  return Reflect.apply(connect, this, args);
} as typeof connect;

const send = dgram.Socket.prototype.send;
dgram.Socket.prototype.send = function guarded(this: dgram.Socket, ...args: unknown[]): void {
  const host = args.find((arg) => typeof arg === "string" && /^[0-9a-f.:]+$/.test(arg));
  if (typeof host === "string" && !isLoopback(host)) throw new Error(`a test tried to send to ${host}`);
  Reflect.apply(send, this, args);
} as typeof send;
