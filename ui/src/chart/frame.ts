/** Where things are in a chart: between the numbers of a frame and shares of the picture's size. */
import type { Chart, Scale, Series } from '../host/bindings';

/** A value's place along a scale: 0 at its beginning, 1 at its end. */
export function along(scale: Scale, value: number): number {
  if (scale.log) {
    const from = Math.log10(Math.max(scale.from, Number.MIN_VALUE));
    const to = Math.log10(Math.max(scale.to, Number.MIN_VALUE));
    return to === from ? 0 : (Math.log10(Math.max(value, scale.from)) - from) / (to - from);
  }
  return scale.to === scale.from ? 0 : (value - scale.from) / (scale.to - scale.from);
}

/** The value at a place along a linear scale. */
export function valueAt(scale: Scale, share: number): number {
  return scale.from + (scale.to - scale.from) * share;
}

/** The x value under a pointer, given its place as a share of the picture's width; null outside the plot area. */
export function xUnder(chart: Chart, share: number): number | null {
  const x = share * chart.width;
  if (x < chart.left || x > chart.right) return null;
  return valueAt(chart.x, (x - chart.left) / (chart.right - chart.left));
}

/** An x value's place as a per cent of the picture's width. */
export function leftPercent(chart: Chart, x: number): number {
  return ((chart.left + along(chart.x, x) * (chart.right - chart.left)) / chart.width) * 100;
}

/** A y value's place as a per cent of the picture's height, from the top. */
export function topPercent(chart: Chart, y: number): number {
  const share = Math.min(1, Math.max(0, along(chart.y, y)));
  return ((chart.bottom - share * (chart.bottom - chart.top)) / chart.height) * 100;
}

/** The point of a series nearest to an x value; null when it has none with a value there. */
export function nearest(series: Series, x: number): [number, number] | null {
  const points = series.points;
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? Infinity) < x) low = middle + 1;
    else high = middle;
  }
  const after = points[low];
  const before = points[low - 1];
  const chosen = !after ? before : before && x - before[0] < after[0] - x ? before : after;
  return chosen && chosen[1] !== null ? [chosen[0], chosen[1]] : null;
}
