/** What people typed -> what it says. Pure. */

/** A typed number; undefined = nothing was typed. */
export function numberOf(text: string): number | undefined {
  return text.trim() === "" ? undefined : Number(text);
}

/** A text; undefined = nothing was typed. */
export function textOf(text: string): string | undefined {
  return text.trim() === "" ? undefined : text;
}

/** Parts between commas, Chinese ones too. */
export function list(textOf: string): string[] {
  return textOf
    .split(/[,，、\s]+/)
    .map((part) => part.trim())
    .filter(Boolean);
}
