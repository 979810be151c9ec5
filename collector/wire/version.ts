/** The version of this code, as package.json says (a test compares): a bundled probe has no package.json to read. */
export const VERSION = "0.1.0";
