/**
 * A second machine joins with one pasted command: a shell, Node, and an empty home. Over plain HTTP and over TLS with a
 * certificate nobody but the join text vouches for.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { SampleView } from "../../collector/wire/api-overview.ts";
import type { JoinCommand, VantageView } from "../../collector/wire/api-settings.ts";
import { setUp } from "../support/api.ts";
import { httpTarget } from "../support/http-target.ts";
import { product, scratch } from "../support/product.ts";
import { testCa } from "../support/test-ca.ts";

for (const scheme of ["http", "https"] as const) {
  test(`over ${scheme} a pasted command makes a vantage that measures what it is given`, async () => {
    const data = scratch("join-data");
    const home = scratch("join-home");
    const target = await httpTarget({ body: "ok" });
    const collector = product("collector", ["--listen", "127.0.0.1:0", ...tlsFlags(scheme, data.dir)], {
      dir: data.dir,
    });
    const url = (await collector.says(/set up\s+(http\S+)/))[1] ?? "";
    assert.equal(new URL(url).protocol, `${scheme}:`);
    const client = await setUp(url, {}, scheme === "https" ? testCa().cert : undefined);
    const made = await client.call<JoinCommand>("POST", "/vantages", {
      id: "gz",
      name: "广州",
      carrier: "cmcc",
    });

    const shell = spawn("/bin/sh", ["-c", `${made.command}`], {
      cwd: home.dir,
      env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: home.dir },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let said = "";
    shell.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
    });
    shell.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
    });
    const ended = once(shell, "close");
    try {
      assert.ok(!made.command.split("<<")[0]?.includes(made.token), "the token is no argument");
      await client.live(async (event) => {
        if (event.type !== "vantage" || event["vantage"] !== "gz") return null;
        const { vantages } = await client.call<{ vantages: VantageView[] }>("GET", "/vantages");
        return vantages.find(({ vantage }) => vantage.id === "gz")?.status === "ok" ? true : null;
      });

      // Its own guard refuses loopback, says so, and no collector can widen it.
      const refused = await client.live(
        (event) => (event.type === "sample" ? (event["sample"] as SampleView) : null),
        () => void client.call("POST", "/targets", { name: "shop", url: `${target.url}/` }),
      );
      assert.equal(refused.vantage, "gz");
      assert.equal(refused.sample.state, "unknown");
      assert.equal(refused.sample.unknownReason, "guard");
      assert.match(refused.sample.detail.note ?? "", /127\.0\.0\.1.*config\.yaml/s);
      assert.equal(target.seen.connections, 0);

      const again = await client.ask("POST", "/probe/join", {
        secret: secretOf(made.token),
        hostname: "thief",
        probeVersion: "0",
      });
      assert.ok(again.status >= 400, "a join text works once");
      const keys = readdirSync(home.dir, { recursive: true, encoding: "utf8" }).filter((name) =>
        /\/key$/.test(name),
      );
      assert.equal(keys.length, 1);
      assert.match(readFileSync(join(home.dir, keys[0] ?? ""), "utf8"), /^cwp_gz_/);
    } catch (error) {
      throw new Error(`the joined machine said:\n${said}`, { cause: error });
    } finally {
      if (shell.pid) process.kill(-shell.pid, "SIGTERM");
      await ended;
      await collector.stop();
      await target.close();
      data.remove();
      home.remove();
    }
  });
}

function tlsFlags(scheme: "http" | "https", dir: string): string[] {
  if (scheme === "http") return [];
  const { cert, key } = testCa().leaf();
  writeFileSync(join(dir, "cert.pem"), cert);
  writeFileSync(join(dir, "key.pem"), key);
  return ["--tls-cert", join(dir, "cert.pem"), "--tls-key", join(dir, "key.pem")];
}

function secretOf(token: string): string {
  const json: unknown = JSON.parse(Buffer.from(token.replace("cwj1_", ""), "base64url").toString("utf8"));
  return typeof json === "object" && json !== null && "secret" in json ? String(json.secret) : "";
}
