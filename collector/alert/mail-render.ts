/**
 * A letter as text and as HTML: a table layout with inline styles, nothing fetched, nothing executed, no long lines
 * that cannot break. Every value is escaped here and nowhere else.
 */
import type { Language } from "../wire/ids.ts";

export type Table = {
  readonly head: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly bad: boolean }[];
};

export type Letter = {
  readonly language: Language;
  readonly tag: string;
  readonly tone: "bad" | "warn" | "good";
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly table: Table | null;
  /** The URL that is watched, shown but not linked: it may be what is broken. */
  readonly url: string | null;
  readonly link: { readonly label: string; readonly href: string };
  readonly foot: readonly string[];
};

const COLOR: Readonly<Record<Letter["tone"], string>> = { bad: "#b3261e", warn: "#9a6700", good: "#1a7f4b" };
const FONT = "font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif";
const CELL = "padding:8px 10px;border-bottom:1px solid #e3e6ea;text-align:left;vertical-align:top";

/** The text part: the same content, rows as lines. */
export function renderText(letter: Letter): string {
  const rows = letter.table?.rows.map((row) => `  ${row.cells.filter(Boolean).join("  ")}`) ?? [];
  const blocks = [
    letter.paragraphs.join("\n"),
    letter.url ?? "",
    rows.join("\n"),
    `${letter.link.label}: ${letter.link.href}`,
    `-- \n${letter.foot.join("\n")}`,
  ];
  return `${blocks.filter(Boolean).join("\n\n")}\n`;
}

/** The HTML part. */
export function renderHtml(letter: Letter): string {
  const color = COLOR[letter.tone];
  const paragraphs = letter.paragraphs
    .map((text) => `<p style="margin:0 0 10px;font-size:15px;line-height:1.6">${escapeHtml(text)}</p>`)
    .join("");
  const url = letter.url
    ? `<p style="margin:0 0 14px;font-size:13px;color:#5b6470;word-break:break-all">${escapeHtml(letter.url)}</p>`
    : "";
  return `<!doctype html><html lang="${letter.language === "zh" ? "zh-CN" : "en"}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;padding:16px;background:#f4f6f8;color:#1d2530;${FONT}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:640px;background:#ffffff;border:1px solid #e3e6ea;border-top:4px solid ${color};border-radius:6px"><tr><td style="padding:20px 22px">
<p style="margin:0 0 6px;font-size:13px;font-weight:600;color:${color}">${escapeHtml(letter.tag)}</p>
<h1 style="margin:0 0 14px;font-size:19px;line-height:1.4;font-weight:600">${escapeHtml(letter.title)}</h1>
${paragraphs}${url}${letter.table ? tableHtml(letter.table, color) : ""}
<p style="margin:18px 0 0"><a href="${escapeHtml(letter.link.href)}" style="display:inline-block;padding:9px 16px;background:#1f5fbf;color:#ffffff;text-decoration:none;border-radius:5px;font-size:14px">${escapeHtml(letter.link.label)}</a></p>
<p style="margin:18px 0 0;font-size:12px;line-height:1.6;color:#5b6470">${letter.foot.map(escapeHtml).join("<br>")}</p>
</td></tr></table></td></tr></table></body></html>
`;
}

function tableHtml(table: Table, color: string): string {
  const head = table.head
    .map((text) => `<th style="${CELL};font-weight:600;color:#5b6470">${escapeHtml(text)}</th>`)
    .join("");
  const rows = table.rows.map((row) => {
    const cells = row.cells.map((text, i) => {
      const mark = row.bad && i === 1 ? `;color:${color};font-weight:600` : "";
      // A number stays with its unit.
      const whole = /^[\d.]+ \S+$/.test(text) ? ";white-space:nowrap" : "";
      return `<td style="${CELL}${mark}${whole}">${escapeHtml(text)}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;font-size:13px;margin:4px 0 0"><tr>${head}</tr>${rows.join("")}</table>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
