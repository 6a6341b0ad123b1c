/**
 * Scrolling through lists that are taller than a browser's elements may be: WebKit lays nothing out beyond 33 million
 * pixels and draws inexactly long before. Such a list gets an element of bounded height. At both ends a pixel of the
 * scroll bar is a pixel of the list; between them it is several.
 */

/** No element is made taller, in pixels. */
export const TALLEST = 6_000_000;
/** At both ends so much is scrolled pixel by pixel. */
const EDGE = 100_000;

/** The height of the element that stands for a list of this height. */
export function elementHeight(full: number): number {
  return Math.min(full, TALLEST);
}

/** Which pixel of the list is at the top when the element is scrolled to `at`. */
export function topOf(at: number, full: number, view: number): number {
  const [most, reach] = [Math.max(0, full - view), Math.max(0, elementHeight(full) - view)];
  if (full <= TALLEST || at <= EDGE) return clamp(at, 0, most);
  const fromEnd = reach - at;
  if (fromEnd <= EDGE) return clamp(most - fromEnd, 0, most);
  return EDGE + ((at - EDGE) / (reach - 2 * EDGE)) * (most - 2 * EDGE);
}

/** Where the element has to be scrolled to, so that this pixel of the list is at the top. */
export function atOf(top: number, full: number, view: number): number {
  const [most, reach] = [Math.max(0, full - view), Math.max(0, elementHeight(full) - view)];
  if (full <= TALLEST || top <= EDGE) return clamp(top, 0, reach);
  const fromEnd = most - top;
  if (fromEnd <= EDGE) return clamp(reach - fromEnd, 0, reach);
  return EDGE + ((top - EDGE) / (most - 2 * EDGE)) * (reach - 2 * EDGE);
}

/** Where the list stands after its element was scrolled from one place to another: small steps are taken as they are. */
export function scrolled(
  top: number,
  from: number,
  to: number,
  full: number,
  view: number,
): number {
  if (full <= TALLEST || Math.abs(to - from) > 3 * view) return topOf(to, full, view);
  return clamp(top + to - from, 0, Math.max(0, full - view));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
