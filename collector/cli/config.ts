/** The verb `config`: whether flags and environment of `start` and `collector` can work, and which there are. */
import type { Verb } from "../../main.ts";
import { Answered, collectorOptions } from "../options.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { facts } from "./table.ts";

const ABOUT = `usage: carrierwatch config check [flags of start]   say what they mean, or what is wrong with them
       carrierwatch config reference                every flag and variable, with its default
`;

const DEFAULTS = { dir: "data", listen: "127.0.0.1:8080", withProbe: true };

const check: Verb = async ({ argv, env }) => {
  const json = argv.includes("--json");
  const flags = argv.filter((arg) => arg !== "--json");
  const options = collectorOptions(
    "config check",
    "whether a collector could start with these",
    flags,
    env,
    DEFAULTS,
  );
  const lines: [string, string | null][] = [
    ["data", options.dir],
    ["listen", `${options.host}:${options.port}`],
    ["public url", options.publicUrl ?? "from the address it listens on"],
    ["base path", options.basePath || null],
    ["tls", options.tls ? `${options.tls.certFile}, key ${options.tls.keyFile}` : "off"],
    ["trusted proxies", options.trustedProxies.join(", ") || "nobody's headers"],
    ["may measure", options.allow.join(", ") || "public addresses only"],
  ];
  process.stdout.write(json ? `${JSON.stringify(options, null, 2)}\n` : facts(lines));
  return 0;
};

const reference: Verb = async ({ env }) => {
  collectorOptions("start", "settings of start, collector and demo, as flags", ["--help"], env, DEFAULTS);
  return 0;
};

export const verb: Verb = async (context) => {
  const [name = "", ...argv] = context.argv;
  try {
    if (name === "check") return await check({ ...context, argv });
    if (name === "reference") return await reference(context);
  } catch (error) {
    if (error instanceof Answered) return error.exitCode;
    throw error;
  }
  if (name === "--help" || name === "-h") {
    process.stdout.write(ABOUT);
    return 0;
  }
  throw new CarrierwatchError(
    "usage",
    name === "" ? "check or reference?" : `config cannot ${JSON.stringify(name)}`,
    {
      hint: "carrierwatch config --help says what it takes",
    },
  );
};
