/**
 * A second, plain port on 127.0.0.1 for verbs and the probe of this machine, while others come by TLS.
 *
 * The public certificate names the public host and is renewed: neither fits a caller that says 127.0.0.1. Same routes,
 * same limits; where it is stands in DIR/run.json only.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { App } from "./app.ts";
import { DEFAULT_LIMITS, listener } from "./listener.ts";

export type LocalPort = { readonly port: number; close(): Promise<void> };

/** @param app Built; whether it listens elsewhere does not matter. */
export async function localPort(app: App): Promise<LocalPort> {
  const server = listener((request, response) => app.routing(request, response), DEFAULT_LIMITS, null);
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
