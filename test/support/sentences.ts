/**
 * The sentences that the sources say to people, read from the compiler's own syntax trees.
 *
 * A sentence is what stands where people are told something: in an error, as `message`, `hint`, `note` or `problem`, in
 * the call of a helper that makes one, or anywhere in a file that holds little else. `{0}` stands for each value; values
 * side by side are one.
 */
import { join, relative } from "node:path";
import type { CallExpression, NewExpression, Node, SourceFile } from "typescript/unstable/ast";
import {
  isBinaryExpression,
  isCallExpression,
  isConditionalExpression,
  isIdentifier,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isObjectLiteralExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isStringLiteral,
  isTemplateExpression,
  isVariableDeclaration,
} from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/sync";
import { ROOT } from "./source-tree.ts";

/** Files in which every text with a space in it is for people. */
const ALL_OF =
  /^(?:collector\/(?:registry\/(?:url|issues|expect-rules|request-rules|target-rules|certificate-rules)|wire\/(?:kind|pattern|json-path|cron)|archive\/sets)|probe\/(?:measure\/(?:guard|redirect)|self\/decide|judge\/(?:broken|json)|path\/trace|addresses\/looked))\.ts$/;
/** Helpers whose arguments are what is said. */
const HELPERS = new Set([
  "usage",
  "refuse",
  "refused",
  "refusal",
  "own",
  "network",
  "nothing",
  "unknown",
  "deadline",
  "note",
]);
/** Names under which sentences stand in objects and variables. */
const FIELDS = new Set(["message", "hint", "note", "problem", "why"]);
const VARIABLES = new Set([...FIELDS, "known", "seen", "detail"]);
/** Errors whose first argument is a code. */
const CODED = new Set(["CarrierwatchError", "UnavailableError", "StageError"]);
/** What only a programmer's mistake throws, and what never leaves its part. */
const INTERNAL = new Set(["Error", "RangeError", "TypeError", "ApiError"]);

export type Said = {
  /** Sentences people are told, with the files they stand in. */
  readonly told: ReadonlyMap<string, readonly string[]>;
  /** Every text of the sources, as above: what a table translates must be among them. */
  readonly texts: ReadonlySet<string>;
  readonly files: number;
};

/** Reads the product's sources. */
export function saidInSources(): Said {
  const api = new API({ cwd: ROOT });
  try {
    const config = join(ROOT, "tsconfig.json");
    const { program } = api.updateSnapshot({ openProjects: [config] }).getProject(config) ?? {};
    if (!program) throw new Error("the compiler knows no such project");
    const told = new Map<string, string[]>();
    const texts = new Set<string>();
    let files = 0;
    for (const name of program.getSourceFileNames()) {
      const path = relative(ROOT, name);
      if (!/^(?:collector|probe|deploy\/demo|main\.ts)/.test(path) || path.includes("/said/")) continue;
      const source = program.getSourceFile(name);
      if (!source) continue;
      files += 1;
      readFile(path, source, told, texts);
    }
    return { told, texts, files };
  } finally {
    api.close();
  }
}

function readFile(path: string, source: SourceFile, told: Map<string, string[]>, texts: Set<string>): void {
  const tell = (node: Node): void => {
    for (const text of textsIn(node)) told.set(text, [...(told.get(text) ?? []), path]);
  };
  const visit = (node: Node): void => {
    const text = textOf(node);
    if (text !== null) {
      texts.add(text);
      if (ALL_OF.test(path) && text.includes(" ")) tell(node);
    }
    for (const sentence of sentencesAt(node)) tell(sentence);
    node.forEachChild((child) => {
      visit(child);
    });
  };
  visit(source);
}

/** Nodes below which a sentence stands. */
function sentencesAt(node: Node): readonly Node[] {
  if (isNewExpression(node)) return inError(node);
  if (isCallExpression(node)) return inCall(node);
  if (isPropertyAssignment(node) && isIdentifier(node.name)) {
    return FIELDS.has(node.name.text) ? [node.initializer] : [];
  }
  if (isVariableDeclaration(node) && isIdentifier(node.name) && node.initializer) {
    return VARIABLES.has(node.name.text) ? [node.initializer] : [];
  }
  return [];
}

function inError({ expression, arguments: given }: NewExpression): readonly Node[] {
  const name = isIdentifier(expression) ? expression.text : "";
  if (!name.endsWith("Error") || INTERNAL.has(name)) return [];
  return (given ?? []).slice(CODED.has(name) ? 1 : 0);
}

function inCall({ expression, arguments: given }: CallExpression): readonly Node[] {
  if (isIdentifier(expression)) return HELPERS.has(expression.text) ? given : [];
  // What is left is super: the sentence stands behind the code.
  return isPropertyAccessExpression(expression) ? [] : given.slice(1);
}

/** Texts an expression may come out as; not those of calls, objects and conditions in it. */
function textsIn(node: Node): string[] {
  const text = textOf(node);
  const inner = isTemplateExpression(node)
    ? node.templateSpans.flatMap((span) => textsIn(span.expression))
    : isConditionalExpression(node)
      ? [...textsIn(node.whenTrue), ...textsIn(node.whenFalse)]
      : isBinaryExpression(node) && node.operatorToken.getText() === "??"
        ? [...textsIn(node.left), ...textsIn(node.right)]
        : [];
  if (isObjectLiteralExpression(node)) return [];
  return text !== null && /[a-z]{2}/i.test(text) ? [text, ...inner] : inner;
}

function textOf(node: Node): string | null {
  if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!isTemplateExpression(node)) return null;
  let text = node.head.text;
  let count = 0;
  for (const span of node.templateSpans) {
    if (!/\{\d\}$/.test(text)) {
      text += `{${count}}`;
      count += 1;
    }
    text += span.literal.text;
  }
  return text;
}
