/** What of a run its charts show: all of it, its last minute or a stretch; and which lines. */
import type { RunView } from '../host/bindings';

const LAST_MS = 60_000;

export class View {
  /** The stretch that was zoomed to, in microseconds of the run. */
  stretch = $state.raw<[number, number] | null>(null);
  /** Whether only the last minute is shown. */
  last = $state(false);
  /** Lines that are not drawn, by chart. */
  hidden = $state<Record<string, string[]>>({});

  /** Whether all of the run is shown. */
  get whole(): boolean {
    return this.stretch === null && !this.last;
  }

  showWhole(): void {
    this.stretch = null;
    this.last = false;
  }

  showLast(): void {
    this.stretch = null;
    this.last = true;
  }

  zoom(from: number, to: number): void {
    this.last = false;
    this.stretch = [from, to];
  }

  /** Hides a line of a chart, or shows it again. */
  toggle(chart: string, line: string): void {
    const now = this.hiddenOf(chart);
    this.hidden[chart] = now.includes(line)
      ? now.filter((other) => other !== line)
      : [...now, line];
  }

  hiddenOf(chart: string): string[] {
    return this.hidden[chart] ?? [];
  }

  /** As the host takes it. */
  complete(): RunView {
    return {
      fromMs: this.stretch ? this.stretch[0] / 1_000 : null,
      toMs: this.stretch ? this.stretch[1] / 1_000 : null,
      lastMs: this.last ? LAST_MS : null,
      hidden: Object.entries(this.hidden).flatMap(([chart, lines]) =>
        lines.map((line) => ({ chart, line })),
      ),
    };
  }
}
