/** Where things are in a chart: between the numbers of a frame and shares of the picture's size. */
import type { Chart, Grid, Scale, Series } from '../host/bindings';

/** A value's place along a scale: 0 at its beginning, 1 at its end. */
export function along(scale: Scale, value: number): number {
  if (scale.log) {
    const from = Math.log10(Math.max(scale.from, Number.MIN_VALUE));
    const to = Math.log10(Math.max(scale.to, Number.MIN_VALUE));
    return to === from ? 0 : (Math.log10(Math.max(value, scale.from)) - from) / (to - from);
  }
  return scale.to === scale.from ? 0 : (value - scale.from) / (scale.to - scale.from);
}

/** The value at a place along a scale. */
export function valueAt(scale: Scale, share: number): number {
  if (scale.log) return scale.from * (scale.to / scale.from) ** share;
  return scale.from + (scale.to - scale.from) * share;
}

/** The x value under a pointer, given its place as a share of the picture's width; null outside the plot area. */
export function xUnder(chart: Chart, share: number): number | null {
  const x = share * chart.width;
  if (x < chart.left || x > chart.right) return null;
  return valueAt(chart.x, (x - chart.left) / (chart.right - chart.left));
}

/** The y value under a pointer, given its place as a share of the picture's height; null outside the plot area. */
export function yUnder(chart: Chart, share: number): number | null {
  const y = share * chart.height;
  if (y < chart.top || y > chart.bottom) return null;
  return valueAt(chart.y, (chart.bottom - y) / (chart.bottom - chart.top));
}

/** A cell of a heat map: its edges and what it counts. */
export type Cell = { from: number; to: number; low: number; high: number; count: number };

/** The cell at a place; without a y value the fullest of its column. Null where nothing was counted at that x value. */
export function cellAt(grid: Grid, x: number, y: number | null): Cell | null {
  const column = grid.columns.find((one) => x >= one.from && x < one.to);
  if (!column) return null;
  const fullest = column.counts.indexOf(Math.max(...column.counts));
  const row = y === null ? column.first + fullest : grid.edges.findLastIndex((edge) => edge <= y);
  const [low, high] = [grid.edges[row], grid.edges[row + 1]];
  if (low === undefined || high === undefined) return null;
  const count = column.counts[row - column.first] ?? 0;
  return { from: column.from, to: column.to, low, high, count };
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
