/** The OpenAPI 3.1 document, made from the same zod schemas that judge requests and answers. */
import swagger from "@fastify/swagger";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import * as z from "zod";
import { Problem } from "../../wire/problem.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

const DESCRIPTION =
  "How URLs perform seen from inside each carrier's network. Times are UTC; durations of samples in microseconds, " +
  "of charts in milliseconds. A browser sends its session cookie, and x-csrf-token on everything but GET.";

/** Must be registered before the routes it is to describe. */
export async function describeApi(
  app: App,
  { version, http }: Pick<ApiDeps, "version" | "http">,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "carrierwatch",
        version,
        description: DESCRIPTION,
        license: { name: "MIT", identifier: "MIT" },
      },
      servers: [{ url: http.basePath === "" ? "/" : http.basePath }],
      components: {
        securitySchemes: {
          session: {
            type: "apiKey",
            in: "cookie",
            name: "cw",
            description: "followed by -PORT; over TLS with the prefix __Host-",
          },
          token: {
            type: "http",
            scheme: "bearer",
            description: "an API token (cwt_...), or a vantage's key (cwp_...)",
          },
        },
      },
      security: [{ session: [] }, { token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
}

export function openapiRoutes(app: App): void {
  let document: Record<string, unknown> | null = null;
  app.get(
    "/openapi.json",
    {
      schema: { tags: ["about"], summary: "This document", response: { 200: z.looseObject({}) } },
      config: { access: "public" },
    },
    async () => {
      document ??= withProblems(app.swagger());
      return document;
    },
  );
}

type Json = Record<string, unknown>;

/** Every operation may also answer a problem; said once instead of at each route. */
function withProblems(generated: object): Json {
  const problem = {
    description: "What went wrong, RFC 9457",
    content: {
      "application/problem+json": { schema: { $ref: `#/components/schemas/${Problem.meta()?.id}` } },
    },
  };
  const document: Json = { ...structuredClone(generated) };
  for (const path of objectsIn(document["paths"])) {
    for (const operation of objectsIn(path)) {
      operation["responses"] = { ...objectOf(operation["responses"]), default: problem };
    }
  }
  return document;
}

function objectsIn(value: unknown): Json[] {
  return Object.values(objectOf(value)).filter(isObject);
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}
