/** Servers that do nothing at the worst moment; forked by overrun.ts, told their ports, killed at the end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

const quiet = (socket: Socket) => socket.on("error", () => undefined);
const silent = createServer(quiet);
const drips = createServer((socket) => {
  quiet(socket);
  socket.once("data", () => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n");
    const timer = setInterval(() => socket.write("x"), 50);
    socket.once("close", () => clearInterval(timer));
  });
});

/** Listens with a queue of one and accepts nobody: it is stopped. */
const LISTENER = `
const server = require("node:net").createServer();
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(server.address().port));`;

if (process.send) {
  for (const server of [silent, drips]) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  const stopped = spawn(process.execPath, ["-e", LISTENER], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(stopped.stdout, "data");
  stopped.kill("SIGSTOP");
  process.once("disconnect", () => {
    stopped.kill("SIGKILL");
    process.exit();
  });
  const portOf = (server: typeof silent) => (server.address() as AddressInfo).port;
  process.send({ full: Number(String(port)), silent: portOf(silent), drips: portOf(drips) });
}
