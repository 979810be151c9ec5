/** What an operator of this machine asks of the store: a copy of it, and a check. The verb `db` calls it. */
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import * as z from "zod";
import { CarrierwatchError, InvalidInputError } from "../../wire/errors.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

const tags = ["storage"];

export function operationRoutes(app: App, { store }: ApiDeps): void {
  app.post(
    "/storage/backup",
    {
      schema: {
        tags,
        summary:
          "A consistent, verified copy to a file of the collector's machine; verbs of that machine only",
        body: z.strictObject({ path: z.string().min(1).max(4096) }),
        response: { 200: z.strictObject({ path: z.string(), bytes: z.int(), sha256: z.string() }) },
      },
      config: { access: "user" },
    },
    async (request) => {
      // Whoever names a file to be written must already be able to write on this machine.
      if (request.caller?.kind !== "local") {
        throw new CarrierwatchError(
          "forbidden",
          "a backup is made by a verb on the collector's own machine",
          {
            hint: "run there: carrierwatch db backup --data DIR",
          },
        );
      }
      const { path } = request.body;
      if (!isAbsolute(path)) {
        throw new InvalidInputError("backup", [{ path: "path", message: "must be an absolute path" }]);
      }
      refuseStanding(path);
      return { path, ...(await store.ops.backup(path)) };
    },
  );
  app.post(
    "/storage/verify",
    {
      schema: {
        tags,
        summary: "Integrity of the file, and every row recomputed from its PDPs",
        response: { 200: z.strictObject({ ok: z.boolean(), problems: z.array(z.string()) }) },
      },
      config: { access: "user" },
    },
    async () => await store.ops.verify(),
  );
}

/** It may be the database itself, or the key of its secrets. @throws CarrierwatchError code usage */
function refuseStanding(path: string): void {
  if (!existsSync(path)) return;
  throw new CarrierwatchError("usage", `the copy ${path} cannot be written: there is such a file`, {
    hint: "a copy overwrites nothing: name another file",
  });
}
