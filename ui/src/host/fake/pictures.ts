/** The charts of invented runs: calm, then a fault from a third to two thirds of the way. */
import type { Chart, Series, StageLine, ThemeName } from '../bindings';
import { dice, draw } from './draw';

/** The charts of a run that has been on for `elapsedMs` of `totalMs`. */
export function runCharts(
  elapsedMs: number,
  totalMs: number,
  theme: ThemeName,
  width: number,
): Chart[] {
  const next = dice(7);
  const seconds = Math.floor(elapsedMs / 1_000);
  const from = totalMs / 3;
  const to = Math.min(elapsedMs, (totalMs * 2) / 3);
  const during = (ms: number) => ms >= from && ms < (totalMs * 2) / 3;
  const line = (name: string, color: string, calm: number, hit: number): Series => ({
    name,
    color,
    points: Array.from({ length: seconds }, (_, i) => {
      const noise = 1 + 0.25 * next();
      return [i * 1_000_000, (during(i * 1_000) ? hit : calm) * noise];
    }),
  });
  const minutes = Array.from({ length: 6 }, (_, i): [number, string] => {
    const s = Math.round((totalMs / 5_000) * i);
    return [s * 1_000_000, `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`];
  });
  const shared = {
    width,
    theme,
    xUnit: 'moment' as const,
    x: [0, totalMs * 1_000] as [number, number],
    fault: elapsedMs > from ? ([from * 1_000, to * 1_000] as [number, number]) : null,
  };
  return [
    draw({
      ...shared,
      kind: 'response_time',
      title: 'Response time',
      unit: 'us',
      height: 150,
      y: [1_000, 1_000_000],
      log: true,
      xTicks: [],
      yTicks: [
        [1_000, '1 ms'],
        [10_000, '10 ms'],
        [100_000, '100 ms'],
        [1_000_000, '1 s'],
      ],
      series: [
        line('p50', 'p50', 6_200, 8_000),
        line('p95', 'p95', 22_000, 55_000),
        line('p99', 'p99', 58_000, 330_000),
      ],
    }),
    draw({
      ...shared,
      kind: 'error_rate',
      title: 'New errors',
      unit: 'share',
      height: 104,
      y: [0, 0.1],
      log: false,
      xTicks: [],
      yTicks: [
        [0, '0 %'],
        [0.05, '5 %'],
        [0.1, '10 %'],
      ],
      series: [
        line('MySQL 1213', 'p99', 0.0001, 0.013),
        line('HTTP 503', 'p95', 0.0002, 0.041),
        line('timeout', 'p50', 0, 0.002),
      ],
    }),
    draw({
      ...shared,
      kind: 'rate',
      title: 'Per second',
      unit: 'per_second',
      height: 104,
      y: [0, 6_000],
      log: false,
      xTicks: minutes,
      yTicks: [
        [0, '0'],
        [3_000, '3 k'],
        [6_000, '6 k'],
      ],
      series: [line('asked', 'faint', 4_985, 4_985), line('sent', 'p50', 4_981, 4_979)].map(
        (series) => ({
          ...series,
          points: series.points.map(([x]) => [
            x,
            4_985 - (series.name === 'sent' ? next() * 12 : 0),
          ]),
        }),
      ),
    }),
    draw({
      ...shared,
      kind: 'watch db: cpu',
      title: 'db: cpu',
      unit: 'share',
      height: 78,
      y: [0, 1],
      log: false,
      xTicks: [],
      yTicks: [
        [0, '0 %'],
        [0.5, '50 %'],
        [1, '100 %'],
      ],
      series: [line('cpu', 'teal', 0.35, 0.75)],
    }),
    draw({
      ...shared,
      kind: 'heat_map',
      title: 'Heat map',
      unit: 'us',
      height: 168,
      y: [1_000, 1_000_000],
      log: true,
      xTicks: [],
      yTicks: [
        [1_000, '1 ms'],
        [1_000_000, '1 s'],
      ],
      series: [],
      grid: {
        edges: [1_000, 10_000, 100_000, 1_000_000],
        columns: Array.from({ length: seconds }, (_, i) => ({
          from: i * 1e6,
          to: (i + 1) * 1e6,
          first: 0,
          counts: during(i * 1_000) ? [900, 3_200, 800] : [4_000, 900, 80],
        })),
      },
    }),
    draw({
      ...shared,
      kind: 'statuses',
      title: 'Answers by status',
      unit: 'share',
      height: 96,
      y: [0, 1],
      log: false,
      xTicks: [],
      yTicks: [
        [0, '0 %'],
        [1, '100 %'],
      ],
      series: [line('HTTP 2xx', 'p50', 0.75, 0.7), line('HTTP 5xx', 'p99', 0, 0.041)],
      stacked: true,
    }),
    draw({
      width,
      theme,
      xUnit: 'nines',
      x: [0, 4],
      fault: null,
      kind: 'quantiles',
      title: 'Response time by quantile',
      unit: 'us',
      height: 170,
      y: [1_000, 1_000_000],
      log: true,
      xTicks: [
        [1, 'p90'],
        [2, 'p99'],
      ],
      yTicks: [[1_000, '1 ms']],
      series: [
        {
          name: 'this run',
          color: 'p50',
          points: Array.from({ length: 40 }, (_, i) => [i / 10, 6_000 * 10 ** (i / 16)]),
        },
      ],
    }),
  ];
}

/** Exchanges per second of a recording that has been on for `elapsedMs`. */
export function recordedRate(
  elapsedMs: number,
  drops: boolean,
  theme: ThemeName,
  width: number,
): Chart {
  const next = dice(11);
  const seconds = Math.max(1, Math.floor(elapsedMs / 1_000));
  return draw({
    kind: 'recorded_rate',
    title: 'Exchanges per second',
    unit: 'per_second',
    xUnit: 'moment',
    width,
    height: 170,
    theme,
    x: [0, seconds * 1e6],
    y: [0, 3_000],
    log: false,
    xTicks: [[0, '0:00']],
    yTicks: [
      [0, '0'],
      [1_500, '1.5 k'],
      [3_000, '3 k'],
    ],
    fault: drops && seconds > 3 ? [3e6, seconds * 1e6] : null,
    series: [
      {
        name: 'recorded',
        color: 'p50',
        points: Array.from({ length: seconds }, (_, i) => [i * 1e6, 2_100 + next() * 300]),
      },
    ],
  });
}

/** A recording of five minutes, by protocol. */
export function protocolRate(theme: ThemeName, width: number): Chart {
  const next = dice(13);
  const line = (name: string, color: string, rate: number): Series => ({
    name,
    color,
    points: Array.from({ length: 150 }, (_, i) => [
      i * 2e6,
      rate * (1 + 0.2 * Math.sin(i / 17) + 0.1 * next()),
    ]),
  });
  return draw({
    kind: 'recorded_rate',
    title: 'Exchanges per second',
    unit: 'per_second',
    xUnit: 'moment',
    width,
    height: 130,
    theme,
    x: [0, 300e6],
    y: [0, 400],
    log: false,
    xTicks: [
      [0, '0:00'],
      [150e6, '2:30'],
      [300e6, '5:00'],
    ],
    yTicks: [
      [0, '0'],
      [200, '200'],
      [400, '400'],
    ],
    fault: null,
    series: [line('HTTP', 'p50', 249), line('MySQL', 'p95', 170)],
  });
}

/** A plan of these stages over a recording of five minutes. */
export function plannedRate(stages: StageLine[], theme: ThemeName, width: number): Chart {
  const totalMs = stages.reduce((sum, stage) => sum + stage.lastsMs, 0) || 300_000;
  const points = Array.from({ length: 100 }, (_, i): [number, number] => [
    (i / 99) * totalMs * 1_000,
    420 + 60 * Math.sin(i / 9),
  ]);
  const times = (us: number) => {
    let left = us / 1_000;
    for (const { from, to, lastsMs } of stages) {
      if (left <= lastsMs) return from + ((to - from) * left) / lastsMs;
      left -= lastsMs;
    }
    return stages.at(-1)?.to ?? 1;
  };
  const asked = points.map(([x, y]): [number, number] => [x, y * times(x)]);
  const most = Math.max(...asked.map(([, y]) => y)) * 1.1;
  return draw({
    kind: 'planned_rate',
    title: 'Asked for, per second',
    unit: 'per_second',
    xUnit: 'moment',
    width,
    height: 150,
    theme,
    x: [0, totalMs * 1_000],
    y: [0, most],
    log: false,
    xTicks: [[0, '0:00']],
    yTicks: [[0, '0']],
    fault: null,
    series: [
      { name: 'asked', color: 'p50', points: asked },
      { name: 'recorded', color: 'dim', points },
    ],
  });
}

/** The two charts of a comparison. */
export function compareCharts(theme: ThemeName, width: number): Chart[] {
  const nines = Array.from({ length: 60 }, (_, i) => (i / 59) * 4);
  const a = (q: number) => 6_000 * 10 ** (q * 0.62 + 0.12 * Math.sin(q * 2));
  const b = (q: number) => a(q) * (1 + 0.5 / (1 + Math.exp(-(q - 1.7) * 4)));
  const xTicks: [number, string][] = [
    [0, '0'],
    [1, 'p90'],
    [2, 'p99'],
    [3, 'p99.9'],
    [4, 'p99.99'],
  ];
  const curve = (name: string, color: string, f: (q: number) => number): Series => ({
    name,
    color,
    points: nines.map((q) => [q, f(q)]),
  });
  const shared = {
    xUnit: 'nines' as const,
    width,
    height: 210,
    theme,
    x: [0, 4] as [number, number],
    xTicks,
    fault: null,
  };
  return [
    draw({
      ...shared,
      kind: 'quantiles',
      title: 'Response time by quantile',
      unit: 'us',
      y: [1_000, 10_000_000],
      log: true,
      yTicks: [
        [1_000, '1 ms'],
        [10_000, '10 ms'],
        [100_000, '100 ms'],
        [1_000_000, '1 s'],
        [10_000_000, '10 s'],
      ],
      series: [
        curve('A', 'p50', a),
        curve('B', 'p95', b),
        curve('recorded', 'faint', (q) => a(q) * 0.8),
      ],
    }),
    draw({
      ...shared,
      kind: 'difference',
      title: 'B against A, with 95 % band',
      unit: 'change',
      y: [-0.8, 0.8],
      log: false,
      yTicks: [
        [-0.5, '−50 %'],
        [0, '0 %'],
        [0.5, '+50 %'],
      ],
      series: [curve('change', 'p95', (q) => b(q) / a(q) - 1)],
    }),
  ];
}
