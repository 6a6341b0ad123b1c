/** Invented series: searches for an edge at 5x, and two sides in turn, each run a moment long. */
import type {
  Chart,
  RepeatForm,
  RunCard,
  SearchCard,
  SearchPage,
  SeriesNews,
  ThemeName,
} from '../bindings';
import { draw } from './draw';
import { failure } from './failure';
import { run } from './traffic';

/** The rate at which the invented target breaks. */
const EDGE = 5;
const RATES = [1, 2, 4, 8, 5.66, 4.76, 5.19, 4.76];

type Step = SearchPage['steps'][number];

export class FakeSeries {
  /** What is on, or was on last. */
  news: SeriesNews | null = null;
  on = false;
  private readonly searches = new Map<string, Step[]>();
  /** Steps that were deleted with their search, by their runs. */
  private readonly deleted = new Map<string, { search: string; step: Step }>();
  private stopped = false;

  /** `start` has a run on; `end` ends it. */
  constructor(
    private readonly start: (run: string) => void,
    private readonly end: () => void,
    private readonly pause: () => Promise<void>,
  ) {
    this.searches.set(
      'friday-knee',
      RATES.map((times, at) => stepAt('friday-knee', times, at)),
    );
  }

  /** Searches, step by step. */
  search(name: string): void {
    const steps: Step[] = [];
    this.searches.set(name, steps);
    void this.play(name, 'search', RATES.length, (at) => {
      const step = stepAt(name, RATES[at]!, at);
      this.now({ run: step.run, times: step.times });
      return () => steps.push(step);
    });
  }

  /** Plays runs of one side, or of two in turn. */
  repeat(name: string, form: RepeatForm): void {
    const kind = form.b ? 'sides' : 'repeated';
    const [a, b]: string[][] = [[], []];
    void this.play(name, kind, form.times * (form.b ? 2 : 1), (at) => {
      const isB = form.b !== null && at % 2 === 1;
      const number = Math.floor(at / (form.b ? 2 : 1)) + 1;
      const run = form.b ? `${name}-${isB ? 'b' : 'a'}-${number}` : `${name}-${number}`;
      this.now({ run, isB });
      return () => {
        (isB ? b : a)!.push(run);
        if (form.b) this.now({ a: [...a!], b: [...b!] });
      };
    });
  }

  /** The runs that are steps of searches, the newest first. */
  runs(): RunCard[] {
    return [...this.searches].flatMap(([name, steps]) =>
      steps
        .map(({ run: step, times, errorRate }, at) =>
          run(step, 20, errorRate, { search: { name, step: at + 1, times }, durationMs: 18_000 }),
        )
        .reverse(),
    );
  }

  /** Deletes a search with its runs, which can be restored one by one. */
  remove(search: string): string[] {
    const steps = this.searches.get(search);
    if (!steps) throw failure('usage', `there is no search '${search}'`);
    this.searches.delete(search);
    for (const step of steps) this.deleted.set(step.run, { search, step });
    return steps.map(({ run }) => run).reverse();
  }

  /** Brings back a run of a search that was deleted; false when it was none. */
  restore(run: string): boolean {
    const found = this.deleted.get(run);
    if (!found) return false;
    this.deleted.delete(run);
    const steps = this.searches.get(found.search) ?? [];
    this.searches.set(found.search, [found.step, ...steps]);
    return true;
  }

  stop(): void {
    this.stopped = true;
    this.end();
  }

  /** Tells every state until it is over. */
  async watch(news: (news: SeriesNews) => void): Promise<SeriesNews | null> {
    let told: SeriesNews | null = null;
    while (this.on) {
      if (this.news && this.news !== told) news((told = this.news));
      await new Promise((resume) => setTimeout(resume, 5));
    }
    return this.news;
  }

  cards(): SearchCard[] {
    return [...this.searches].map(([name, steps]) => ({
      name,
      recording: 'shop-friday',
      found: pageOf(name, steps).says[0] ?? '',
      steps: steps.length,
    }));
  }

  page(name: string): SearchPage | null {
    const steps = this.searches.get(name);
    if (!steps) throw failure('usage', `there is no run and no search '${name}'`);
    return steps.length === 0 ? null : pageOf(name, steps);
  }

  private now(change: Partial<SeriesNews>): void {
    if (this.news) this.news = { ...this.news, ...change };
  }

  private async play(
    name: string,
    kind: SeriesNews['kind'],
    runs: number,
    begin: (at: number) => () => void,
  ): Promise<void> {
    const of = kind === 'search' ? null : runs;
    const recording = 'shop-friday';
    this.news = {
      name,
      recording,
      kind,
      run: null,
      number: 0,
      of,
      times: null,
      isB: false,
      a: [],
      b: [],
    };
    this.on = true;
    this.stopped = false;
    for (let at = 0; at < runs && !this.stopped; at += 1) {
      const ended = begin(at);
      this.now({ number: at + 1 });
      this.start(this.news?.run ?? '');
      await this.pause();
      this.end();
      if (!this.stopped) ended();
      this.now({ run: null });
      await this.pause();
    }
    this.on = false;
  }
}

function stepAt(search: string, times: number, at: number): Step {
  const held = times <= EDGE;
  const p50Us = 6_000 + 400 * times;
  return {
    run: `${search}-${at + 1}-${times}x`,
    times,
    askedPerS: 960 * times,
    answeredPerS: 960 * Math.min(times, EDGE),
    p50Us,
    p95Us: p50Us * 4,
    p99Us: held ? p50Us * 12 : p50Us * 90,
    errorRate: held ? 0.001 : 0.031,
    how: held ? 'held' : 'failed',
    why: held ? null : `p99<250ms measured ${Math.round((p50Us * 90) / 1_000)} ms`,
  };
}

function pageOf(name: string, steps: Step[]): SearchPage {
  const rates = (how: Step['how']) =>
    steps.filter((step) => step.how === how).map((one) => one.times);
  const [holds, fails] = [Math.max(...rates('held')), Math.min(...rates('failed'))];
  return {
    name,
    recording: 'shop-friday',
    checks: ['p99<250ms', 'error_rate<5%'],
    searched: '1x to 64x, within 5 %',
    says: [
      `shop-friday holds at ${holds}x (4,570/s) and fails at ${fails}x (4,982/s): p99<250ms measured 727 ms`,
      `first to break: POST /checkout, at ${fails}x (p95 412 ms, at the lowest rate 24.2 ms; new errors 3.71 %)`,
    ],
    holds: Number.isFinite(holds) ? holds : null,
    fails: Number.isFinite(fails) ? fails : null,
    steps,
  };
}

/** Response time and throughput over the rate. */
export function searchCharts(steps: Step[], theme: ThemeName, width: number): Chart[] {
  const rising = [...steps].sort((one, other) => one.times - other.times);
  const points = (value: (step: Step) => number): [number, number][] =>
    rising.map((step) => [step.askedPerS, value(step)]);
  const over = { xUnit: 'per_second', width, height: 210, theme, fault: null } as const;
  const xTicks: [number, string][] = [2_000, 4_000, 8_000].map((at) => [at, `${at / 1_000}k`]);
  return [
    draw({
      ...over,
      kind: 'response_time_by_rate',
      title: 'Response time by rate',
      unit: 'us',
      x: [0, 8_000],
      y: [1_000, 1_000_000],
      log: true,
      xTicks,
      yTicks: [[10_000, '10 ms']],
      series: [{ name: 'p99', color: 'p99', points: points((step) => step.p99Us) }],
    }),
    draw({
      ...over,
      kind: 'throughput_by_rate',
      title: 'Answered a second by rate',
      unit: 'per_second',
      x: [0, 8_000],
      y: [0, 8_000],
      log: false,
      xTicks,
      yTicks: [[4_000, '4k']],
      series: [{ name: 'answered', color: 'p50', points: points((step) => step.answeredPerS) }],
    }),
  ];
}
