/** Draws plain line charts, so that the window has something to show without its host. */
import type { AxisUnit, Chart, Grid, Series, ThemeName } from '../bindings';

const HUES: Record<ThemeName, Record<string, string>> = {
  dark: {
    p50: '#6ea8fe',
    p95: '#f2b35e',
    p99: '#ef6f6c',
    faint: '#5c6673',
    line: '#262d36',
    fault: '#ef6f6c1a',
  },
  light: {
    p50: '#2563c9',
    p95: '#9c5d00',
    p99: '#c2322f',
    faint: '#97a1ad',
    line: '#e2e6eb',
    fault: '#c2322f14',
  },
};

export type Drawing = {
  kind: string;
  title: string;
  unit: AxisUnit;
  xUnit: AxisUnit;
  width: number;
  height: number;
  theme: ThemeName;
  x: [number, number];
  y: [number, number];
  log: boolean;
  xTicks: [number, string][];
  yTicks: [number, string][];
  fault: [number, number] | null;
  series: Series[];
  stacked?: boolean;
  grid?: Grid;
};

/** A chart with its frame, as the host would answer. */
export function draw(drawing: Drawing): Chart {
  const { width, height, log } = drawing;
  const [left, top, right, bottom] = [48, 8, width - 14, height - 20];
  const hue = HUES[drawing.theme];
  const place = (v: number, [from, to]: [number, number], l: boolean) =>
    l ? Math.log10(Math.max(v, from) / from) / Math.log10(to / from) : (v - from) / (to - from);
  const px = (v: number) => left + place(v, drawing.x, false) * (right - left);
  const py = (v: number) => bottom - place(v, drawing.y, log) * (bottom - top);
  const text = (x: number, y: number, anchor: string, words: string) =>
    `<text x="${x}" y="${y}" fill="${hue['faint']}" font-size="11" font-family="Inter,sans-serif" text-anchor="${anchor}">${words}</text>`;
  const parts = drawing.yTicks.map(
    ([v, words]) =>
      `<path d="M${left} ${py(v)}H${right}" stroke="${hue['line']}"/>${text(left - 8, py(v) + 4, 'end', words)}`,
  );
  parts.push(...drawing.xTicks.map(([v, words]) => text(px(v), height - 4, 'middle', words)));
  if (drawing.fault) {
    const [from, to] = drawing.fault;
    parts.push(
      `<rect x="${px(from)}" y="${top}" width="${px(to) - px(from)}" height="${bottom - top}" fill="${hue['fault']}"/>`,
    );
  }
  for (const series of drawing.series) {
    let path = '';
    for (const [x, y] of series.points) {
      if (y !== null) path += `${path ? 'L' : 'M'}${px(x).toFixed(1)} ${py(y).toFixed(1)}`;
    }
    parts.push(
      `<path d="${path}" fill="none" stroke="${hue[series.color] ?? hue['p50']}" stroke-width="1.5"/>`,
    );
  }
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${parts.join('')}</svg>`;
  const [xFrom, xTo] = drawing.x;
  const [yFrom, yTo] = drawing.y;
  return {
    kind: drawing.kind,
    title: drawing.title,
    words: `${drawing.title}: ${drawing.series.map((series) => series.name).join(', ')}`,
    svg,
    width,
    height,
    left,
    top,
    right,
    bottom,
    x: { from: xFrom, to: xTo, log: false, unit: drawing.xUnit },
    y: { from: yFrom, to: yTo, log, unit: drawing.unit },
    series: drawing.series,
    stacked: drawing.stacked ?? false,
    grid: drawing.grid ?? null,
  };
}

/** A small chart without axes. */
export function sparkline(values: number[], color = '#6ea8fe'): string {
  const most = Math.max(1e-9, ...values);
  const points = values.map(
    (v, i) =>
      `${((i / (values.length - 1)) * 148).toFixed(1)},${(24 - (v / most) * 20).toFixed(1)}`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="148" height="26"><polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="1.3"/></svg>`;
}

/** The same numbers every time: a small generator with a seed. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
