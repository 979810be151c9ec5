/**
 * What a reader would trip over on a drawn page, found in the page itself: text too faint for its ground, cut text,
 * and on a phone anything to press that is lower than a finger.
 */
import type { Page } from "playwright-core";

export type Looks = {
  /** Texts that were looked at. */
  readonly texts: number;
  /** Things to press that were looked at; 0 on a wide window. */
  readonly presses: number;
  readonly flaws: readonly string[];
};

/** WCAG 2.2 AA for text of this size. */
const LEAST_CONTRAST = 4.5;
/** CSS px; the width below which a window counts as a phone. */
const FINGER = 40;
const PHONE = 781;

/** Looks at all that is visible now. */
export async function looks(page: Page): Promise<Looks> {
  return (await page.evaluate(`(${inPage})(${LEAST_CONTRAST}, ${FINGER}, ${PHONE})`)) as Looks;
}

/** Runs in the browser, hence as text: nothing of this module exists there. */
const inPage = `(leastContrast, finger, phone) => {
  const flaws = new Set();
  let texts = 0, presses = 0;
  const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, ground, alpha) => ground.map((c, i) => top[i] * alpha + c * (1 - alpha));
  const ancestors = (element) => { const all = []; for (let e = element; e; e = e.parentElement) all.push(e); return all; };
  const groundOf = (element) => ancestors(element).reverse()
    .reduce((ground, e) => { const c = rgba(getComputedStyle(e).backgroundColor); return over(c, ground, c[3]); }, [255, 255, 255]);
  const light = (c) => c.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (element, style) => {
    const ground = groundOf(element);
    const ink = rgba(style.color);
    const opacity = ancestors(element).reduce((product, e) => product * Number(getComputedStyle(e).opacity), 1);
    const [a, b] = [light(over(ink, ground, ink[3] * opacity)), light(ground)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const named = (e) => e.tagName.toLowerCase() + (typeof e.className === "string" && e.className ? "." + e.className.trim().replace(/\\s+/g, ".") : "");
  const say = (what, e) => flaws.add(what + ": " + named(e.parentElement) + " > " + named(e) + " " + JSON.stringify((e.textContent || e.getAttribute("aria-label") || "").trim().slice(0, 30)));
  // What stands in a row that answers to a press anywhere is as high as its row.
  const heightOf = (e) => {
    const whole = e.closest("label, tr.link, tr.one, th:has(button)") ?? e;
    const ring = getComputedStyle(e, "::after");
    return Math.max(whole.getBoundingClientRect().height, e.getBoundingClientRect().height, ring.position === "absolute" ? Number.parseFloat(ring.height) || 0 : 0);
  };
  for (const e of document.querySelectorAll("body *")) {
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    if (box.width === 0 || box.height === 0 || e.closest(".sr, .skip, svg, :disabled") || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if ([...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && style.fontSize !== "0px") {
      texts += 1;
      const found = contrast(e, style);
      if (found < leastContrast) say("contrast " + found.toFixed(2), e);
      if (Number.parseFloat(style.fontSize) < 11) say("tiny " + style.fontSize, e);
      const cut = style.overflowX === "hidden" && e.scrollWidth > e.clientWidth + 1;
      if (cut && !e.title && !e.closest("[title]")) say("cut by " + (e.scrollWidth - e.clientWidth) + " px", e);
    }
    if (innerWidth < phone && e.matches("button, input, select, textarea, summary, a[href]") && !inSentence(e)) {
      presses += 1;
      if (heightOf(e) < finger - 1) say("only " + Math.round(heightOf(e)) + " px high", e);
    }
  }
  function inSentence(e) {
    return e.matches("a") && getComputedStyle(e).display === "inline" && (e.parentElement.matches(".small, .where, .network-source") || e.closest("p, dd"));
  }
  return { texts, presses, flaws: [...flaws] };
}`;
