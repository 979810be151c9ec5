/**
 * A port of loopback that answers no connect: its owner is stopped and its queue is full, so the kernel drops the SYN.
 *
 * The nearest thing to a host that swallows packets that needs no privilege.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";

export type SilentPort = { readonly port: number; close(): Promise<void> };

const OWNER = `
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => process.send(server.address().port));
`;

export async function silentPort(): Promise<SilentPort> {
  const child = spawn(process.execPath, ["-e", OWNER], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [port] = (await once(child, "message")) as [number];
  child.kill("SIGSTOP");
  // A backlog of 1 takes two connections; whoever comes after them hears nothing.
  const queue = Array.from({ length: 4 }, () => net.connect(port, "127.0.0.1").on("error", () => undefined));
  await Promise.all(queue.slice(0, 2).map((socket) => once(socket, "connect")));
  return {
    port,
    async close() {
      for (const socket of queue) socket.destroy();
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
