/** Invented runs of one plan: calm, then a level that rose and stayed. */
import type { Chart, ThemeName, TrendPage } from '../bindings';
import { dice, draw } from './draw';

const BEFORE = 6;
const RUNS = 12;

/** The runs before a run, and the run. */
export function trend(run: string): TrendPage {
  const next = dice(11);
  const runs = Array.from({ length: RUNS }, (_, i) => {
    const level = (i < BEFORE ? 1 : 1.6) * (1 + 0.04 * next());
    return {
      name: i === RUNS - 1 ? run : `nightly-${i + 1}`,
      startedAt: new Date(Date.UTC(2026, 10, 3 + i, 2)).toISOString(),
      p50Us: Math.round(6_200 * level),
      p95Us: Math.round(22_000 * level),
      p99Us: Math.round(58_000 * level),
      errorRate: 0.001,
      answeredPerS: 480,
      held: i < BEFORE,
      steps: i === BEFORE ? [{ what: 'p99', worse: true }] : [],
    };
  });
  const says = [`p99 rose from 58 ms to 93 ms with nightly-${BEFORE + 1}, 6 runs ago`];
  return { recording: 'checkout-peak', runs, says };
}

/** Its quantiles by run. */
export function trendChart(run: string, theme: ThemeName, width: number): Chart {
  const { runs } = trend(run);
  const line = (name: 'p50' | 'p99', value: (one: (typeof runs)[number]) => number) => ({
    name,
    color: name,
    points: runs.map((one, i): [number, number] => [i + 1, value(one)]),
  });
  return draw({
    kind: 'trend',
    title: 'Response time by run',
    xUnit: 'count',
    unit: 'us',
    width,
    height: 230,
    theme,
    x: [0, RUNS],
    y: [1_000, 1_000_000],
    log: true,
    xTicks: [],
    yTicks: [[10_000, '10 ms']],
    fault: null,
    series: [line('p50', (one) => one.p50Us), line('p99', (one) => one.p99Us)],
  });
}
