/** Entry of the dashboard: finds the base path from where this script was loaded, then draws the app. */
import { render } from "preact";
import { AppRoot } from "./app.tsx";

const base = new URL(import.meta.url).pathname.replace(/\/assets\/[^/]*$/, "");
const root = document.getElementById("app");
if (root) render(<AppRoot base={base} />, root);
