/**
 * A canvas on the server, with the fonts that Chinese text needs: PNG at any scale, or SVG whose text is drawn as paths.
 *
 * Its package is optional (35 MB of drawing code for one platform): without it, what draws says so and nothing else fails.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Canvas, SKRSContext2D, SvgCanvas } from "@napi-rs/canvas";
import { CarrierwatchError } from "../wire/errors.ts";

export type PictureForm = "png" | "svg";

export type Sheet = {
  readonly canvas: Canvas | SvgCanvas;
  readonly context: SKRSContext2D;
  bytes(): Buffer;
};

const FONTS = [
  ["carrierwatch-latin", "noto-sans-sc-latin-400-normal.woff2"],
  ["carrierwatch-han", "noto-sans-sc-chinese-simplified-400-normal.woff2"],
] as const;

/** CSS family list of the bundled fonts: the same picture on every machine. */
export const FONT_FAMILY = FONTS.map(([family]) => family).join(", ");

/**
 * @param width In CSS pixels.
 * @param scale Device pixels per CSS pixel, for PNG.
 * @throws CarrierwatchError code no_canvas when the optional package is not installed
 */
export async function sheetOf(
  form: PictureForm,
  width: number,
  height: number,
  scale: number,
): Promise<Sheet> {
  const { createCanvas, GlobalFonts, SvgExportFlag } = await loadCanvas();
  for (const [family, file] of FONTS) {
    if (GlobalFonts.has(family)) continue;
    GlobalFonts.register(readFileSync(fileURLToPath(new URL(`./fonts/${file}`, import.meta.url))), family);
  }
  if (form === "svg") {
    const canvas = createCanvas(width, height, SvgExportFlag.ConvertTextToPaths);
    return { canvas, context: canvas.getContext("2d"), bytes: () => canvas.getContent() };
  }
  const canvas = createCanvas(width * scale, height * scale);
  return { canvas, context: canvas.getContext("2d"), bytes: () => canvas.toBuffer("image/png") };
}

async function loadCanvas(): Promise<typeof import("@napi-rs/canvas")> {
  try {
    return await import("@napi-rs/canvas");
  } catch (cause) {
    throw new CarrierwatchError("no_canvas", "pictures cannot be drawn: @napi-rs/canvas is not installed", {
      hint: "npm install @napi-rs/canvas, where carrierwatch is installed",
      cause,
    });
  }
}
