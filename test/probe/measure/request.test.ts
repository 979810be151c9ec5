/** What is asked, and what stays at home: methods, headers, bodies, credentials, secrets, redirects. */
import assert from "node:assert/strict";
import type http from "node:http";
import { after, test } from "node:test";
import type { RequestOptions } from "../../../collector/wire/request.ts";
import { nextAsking } from "../../../probe/measure/ask.ts";
import type { Measured } from "../../../probe/measure/measured.ts";
import { withoutSecrets } from "../../../probe/measure/secrets.ts";
import { type HttpTarget, httpTarget, type Script } from "../../support/http-target.ts";
import { assignmentFor, testMeasurer } from "../../support/probe-bench.ts";

const SECRETS: Record<string, string> = {
  door: "s3same öpen: up",
  token: "tok-0123456789abcdef",
  bad: "a\r\nb",
};
const measurer = testMeasurer({ secrets: (name) => SECRETS[name] ?? null });
after(() => measurer.close());

const BASIC = `Basic ${Buffer.from("ann:s3same öpen: up").toString("base64")}`;

/** A target that answers with what it was sent. */
function echo(request: http.IncomingMessage, response: http.ServerResponse): void {
  const body: Buffer[] = [];
  request.on("data", (piece: Buffer) => body.push(piece));
  request.on("end", () => {
    const { method, headers } = request;
    response.end(JSON.stringify({ method, headers, body: Buffer.concat(body).toString() }));
  });
}

/** Measures and asserts that the target saw what it should. */
async function asks(
  extra: Parameters<typeof assignmentFor>[1],
  json: [path: string, equals: string][],
): Promise<void> {
  const target = await httpTarget({ handle: echo });
  const expect = { status: ["200"], json: json.map(([path, equals]) => ({ path, equals })) };
  const sample = await measurer.measure(assignmentFor(`${target.url}/form?x=1`, { ...extra, expect }));
  await target.close();
  assert.equal(sample.state, "up", JSON.stringify(sample));
}

for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const) {
  test(`${method} is asked with its headers and its body, whose length is counted in bytes`, () =>
    asks(
      {
        method,
        request: {
          body: '{"名": 1}',
          headers: [
            { name: "Content-Type", value: "application/json" },
            { name: "Accept", value: "text/x" },
          ],
        },
      },
      [
        ["method", method],
        ["body", '{"名": 1}'],
        ['headers["content-length"]', "10"],
        ['headers["content-type"]', "application/json"],
        ["headers.accept", "text/x"],
        ['headers["user-agent"]', "carrierwatch/0"],
      ],
    ));
}

test("a POST without a body says that it is empty", () =>
  asks({ method: "POST" }, [['headers["content-length"]', "0"]]));

test("basic and bearer credentials are made of secrets by name", async () => {
  await asks({ request: { auth: { kind: "basic", user: "ann", secret: "door" } } }, [
    ["headers.authorization", BASIC],
  ]);
  await asks({ request: { auth: { kind: "bearer", secret: "token" } } }, [
    ["headers.authorization", "Bearer tok-0123456789abcdef"],
  ]);
});

test("a secret that is missing, or that no header can hold, makes the sample unknown and sends nothing", async () => {
  const target = await httpTarget();
  for (const [secret, note] of [
    ["lost", "this probe has no secret named lost, which the target asks for"],
    ["bad", "the secret bad holds characters that a header cannot"],
  ] as const) {
    const sample = await measurer.measure(
      assignmentFor(target.url, { request: { auth: { kind: "bearer", secret } } }),
    );
    assert.deepEqual([sample.state, sample.unknownReason, sample.detail.note], ["unknown", "internal", note]);
    assert.equal(sample.failure, undefined);
  }
  await target.close();
  assert.equal(target.seen.connections, 0);
});

const OPTIONS: RequestOptions = {
  headers: [
    { name: "X-Key", value: "k" },
    { name: "Cookie", value: "c=1" },
    { name: "Content-Type", value: "text/plain" },
  ],
  body: "hello",
  auth: { kind: "basic", user: "ann", secret: "door" },
};

type Seen = {
  method: string;
  auth: string | undefined;
  key: string | undefined;
  type: string | undefined;
  body: string;
};

/** Two origins that send the visitor along; answers what each request carried. */
async function travels(method: "GET" | "POST", path: string): Promise<{ seen: Seen[]; sample: Measured }> {
  const seen: Seen[] = [];
  const follow = (script: Script): Script => ({
    handle(request, response) {
      const body: Buffer[] = [];
      request.on("data", (piece: Buffer) => body.push(piece));
      request.on("end", () => {
        const { authorization, "x-key": key, "content-type": type, cookie } = request.headers;
        assert.equal(cookie === undefined, key === undefined);
        const sent = {
          auth: authorization,
          key: key?.toString(),
          type,
          body: Buffer.concat(body).toString(),
        };
        seen.push({ method: request.method ?? "", ...sent });
        response.writeHead(script.status ?? 200, script.headers ?? {}).end();
      });
    },
  });
  const home: HttpTarget = await httpTarget(follow({}));
  const away: HttpTarget = await httpTarget(follow({}));
  for (const status of [301, 302, 303, 307, 308]) {
    home.paths[`/${status}`] = follow({ status, headers: { location: "/end" } });
    home.paths[`/away${status}`] = follow({ status, headers: { location: `${away.url}/back` } });
  }
  away.paths["/back"] = follow({ status: 307, headers: { location: `${home.url}/end` } });
  const sample = await measurer.measure(assignmentFor(`${home.url}${path}`, { method, request: OPTIONS }));
  await Promise.all([home.close(), away.close()]);
  assert.equal(sample.state, "up", JSON.stringify(sample));
  return { seen, sample };
}

for (const [status, method] of [
  [301, "GET"],
  [302, "GET"],
  [303, "GET"],
  [307, "POST"],
  [308, "POST"],
] as const) {
  test(`after ${status} at the same origin a POST is a ${method}; credentials go along`, async () => {
    const { seen } = await travels("POST", `/${status}`);
    const keeps = method === "POST";
    assert.deepEqual(seen, [
      { method: "POST", auth: BASIC, key: "k", type: "text/plain", body: "hello" },
      { method, auth: BASIC, key: "k", type: keeps ? "text/plain" : undefined, body: keeps ? "hello" : "" },
    ]);
  });

  test(`after ${status} to another origin neither credentials, nor headers, nor body go along, nor come back`, async () => {
    const { seen, sample } = await travels("POST", `/away${status}`);
    const bare = { auth: undefined, key: undefined, type: undefined, body: "" };
    assert.equal(seen[0]?.auth, BASIC);
    assert.deepEqual(seen.slice(1), [
      { method, ...bare },
      { method, ...bare },
    ]);
    assert.deepEqual(
      sample.detail.hops?.map((hop) => hop.status),
      [status, 307, 200],
    );
  });
}

test("a redirect changes the method as fetch says", () => {
  const url = new URL("http://a.test/");
  const next = (method: "GET" | "HEAD" | "POST" | "PUT", status: number) =>
    nextAsking({ method, body: "b", home: true }, status, url, url).method;
  assert.deepEqual(
    [301, 302, 303, 307].map((status) => next("HEAD", status)),
    ["HEAD", "HEAD", "HEAD", "HEAD"],
  );
  assert.deepEqual(
    [301, 302, 303, 307].map((status) => next("PUT", status)),
    ["PUT", "PUT", "GET", "PUT"],
  );
  assert.deepEqual(
    [301, 302, 303, 308].map((status) => next("POST", status)),
    ["GET", "GET", "GET", "POST"],
  );
});

test("another port, scheme or host is another origin", () => {
  const from = new URL("http://a.test/x");
  const home = (to: string) =>
    nextAsking({ method: "GET", body: null, home: true }, 302, from, new URL(to)).home;
  assert.deepEqual(
    ["http://a.test/y", "http://a.test:80/", "http://a.test:81/", "https://a.test/", "http://b.a.test/"].map(
      home,
    ),
    [true, true, false, false, false],
  );
});

test("a secret that the server says back stands nowhere in the sample", async () => {
  const value = SECRETS["token"] ?? "";
  const target = await httpTarget({
    handle(request, response) {
      const said = request.headers.authorization ?? "";
      if (request.url === "/") {
        response.writeHead(302, { location: `/x?t=${encodeURIComponent(said)}`, server: said }).end();
      } else response.writeHead(200, { server: said, via: said.repeat(9) }).end(JSON.stringify({ said }));
    },
  });
  const sample = await measurer.measure(
    assignmentFor(target.url, {
      request: { auth: { kind: "bearer", secret: "token" } },
      expect: { status: ["200"], json: [{ path: "said", equals: "x" }] },
    }),
  );
  await target.close();
  assert.equal(sample.failure?.cause, "json");
  assert.match(sample.failure?.detail ?? "", /\[secret\]/);
  assert.equal(sample.detail.head?.server, "Bearer [secret]");
  const text = JSON.stringify(sample);
  for (let length = 6; length <= value.length; length += 1)
    assert.ok(!text.includes(value.slice(0, length)), text);
});

test("a secret is taken out whole, cut short, and more than once; what only begins like one stays", () => {
  const clean = (text: string) => withoutSecrets({ deep: [text] }, ["abcdefgh", "abcdefghij"]).deep[0];
  assert.equal(clean("x abcdefghij y abcdefgh z"), "x [secret] y [secret] z");
  assert.equal(clean("cut abcdefg"), "cut [secret]");
  assert.equal(clean("abcde is short"), "abcde is short");
  assert.deepEqual(withoutSecrets({ n: 1, no: null }, ["abcdef"]), { n: 1, no: null });
});
