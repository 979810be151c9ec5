#!/usr/bin/env node
// The command itself: checks the Node version in plain JavaScript before anything newer is parsed or loaded,
// then runs the sources in a clone, or the emitted code in an installed package.
import { existsSync } from "node:fs";

const NEEDS = [22, 19];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < NEEDS[0] || (major === NEEDS[0] && minor < NEEDS[1])) {
  process.stderr.write(
    `carrierwatch needs Node ${NEEDS.join(".")} or newer; this is Node ${process.versions.node} (${process.execPath}). ` +
      "Install a current Node, or in a clone run it through npm: npm start, npx node deploy/bin.js\n",
  );
  process.exit(78);
}
const source = new URL("../main.ts", import.meta.url);
const { main } = await import(
  existsSync(source) ? source.href : new URL("../dist/main.js", import.meta.url).href
);
await main(process.argv.slice(2));
