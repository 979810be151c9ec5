/** A browser's side of the API without a browser: cookie, CSRF header, problems as errors, the live stream as lines. */
import { Agent, fetch } from "undici";

export type ApiClient = {
  readonly base: string;
  /** @throws Error with status and problem when the answer is not a success. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The answer whatever it is. */
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** Live events until `wanted` accepts one; it is the answer. */
  live<T>(
    wanted: (event: { type: string } & Record<string, unknown>) => T | null | Promise<T | null>,
    ready?: () => void,
  ): Promise<T>;
};

/**
 * @param base URL of the collector, base path included.
 * @param ca PEM of the authority its certificate is trusted by; absent = the usual ones.
 */
export function apiClient(base: string, ca?: string): ApiClient {
  const dispatcher = new Agent(ca === undefined ? {} : { connect: { ca } });
  let cookie = "";
  let csrf = "";
  const send = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${base}/api/v1${path}`, {
      method,
      dispatcher,
      headers: {
        ...(cookie ? { cookie } : {}),
        ...(csrf && method !== "GET" ? { "x-csrf-token": csrf } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        origin: new URL(base).origin,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const set = answer.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
    if (set.length > 0) cookie = set.join("; ");
    const text = await answer.text();
    const parsed: unknown =
      text && /json/.test(answer.headers.get("content-type") ?? "") ? JSON.parse(text) : text;
    if (
      typeof parsed === "object" &&
      parsed !== null &&
      "csrf" in parsed &&
      typeof parsed.csrf === "string"
    ) {
      csrf = parsed.csrf;
    }
    return { status: answer.status, body: parsed };
  };
  return {
    base,
    ask: send,
    async call<T>(method: string, path: string, body?: unknown) {
      const answer = await send(method, path, body);
      if (answer.status >= 300)
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body as T;
    },
    async live(wanted, ready) {
      const end = new AbortController();
      const answer = await fetch(`${base}/api/v1/events`, {
        dispatcher,
        headers: { cookie },
        signal: end.signal,
      });
      ready?.();
      let text = "";
      try {
        for await (const chunk of answer.body ?? []) {
          text += new TextDecoder().decode(chunk);
          const blocks = text.split("\n\n");
          text = blocks.pop() ?? "";
          for (const block of blocks) {
            const data = block.split("\n").find((line) => line.startsWith("data:"));
            const found = data ? await wanted(JSON.parse(data.slice(5))) : null;
            if (found !== null) return found;
          }
        }
      } finally {
        end.abort();
      }
      throw new Error("the event stream ended");
    },
  };
}

/** Sets a fresh collector up with the link it printed, and answers a signed-in client. */
export async function setUp(
  setupUrl: string,
  extra: Record<string, unknown> = {},
  ca?: string,
): Promise<ApiClient> {
  const url = new URL(setupUrl);
  const client = apiClient(url.origin + url.pathname.replace(/\/setup$/, ""), ca);
  await client.call("POST", "/setup", {
    token: url.hash.slice(1),
    username: "admin",
    password: "a long enough password",
    language: "en",
    timeZone: "Asia/Shanghai",
    ...extra,
  });
  return client;
}
