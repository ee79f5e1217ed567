import type { Page } from "playwright-core";

/**
 * Finds what is hard to read in a page: visible texts with a contrast below 4.5:1 (WCAG 2.2, success criterion 1.4.3), and
 * content wider than the window.
 */
export function illegibleParts(page: Page): Promise<string[]> {
  return page.evaluate(FIND);
}

/** Runs in the browser. Colours go through a canvas, which knows every notation. */
const FIND = `(async () => {
  await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  const { clientWidth, scrollWidth } = document.documentElement;
  const faults = scrollWidth > clientWidth ? ["content is " + scrollWidth + " px wide in " + clientWidth] : [];
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (color) => {
    if (!known.has(color)) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
      known.set(color, [r, g, b, a / 255]);
    }
    return known.get(color);
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a));
  const backgrounds = new Map();
  const backgroundOf = (element) => {
    if (!element) return rgba("Canvas").slice(0, 3);
    if (!backgrounds.has(element))
      backgrounds.set(element, over(rgba(getComputedStyle(element).backgroundColor), backgroundOf(element.parentElement)));
    return backgrounds.get(element);
  };
  const luminance = (color) => {
    const [r, g, b] = color.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (seen.has(element) || texts.currentNode.data.trim() === "" || !element.checkVisibility({ visibilityProperty: true })) continue;
    seen.add(element);
    const background = backgroundOf(element);
    const [lighter, darker] = [over(rgba(getComputedStyle(element).color), background), background].map(luminance).sort((a, b) => b - a);
    const contrast = (lighter + 0.05) / (darker + 0.05);
    if (contrast < 4.5)
      faults.push(contrast.toFixed(1) + ":1 " + element.localName + "." + element.className + " " + texts.currentNode.data.trim().slice(0, 40));
  }
  return faults;
})()`;
