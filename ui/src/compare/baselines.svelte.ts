/** The run that runs of a recording are compared with unless said otherwise; kept on this machine. */
import type { RunCard } from '../host/bindings';
import { readKept, writeKept } from '../parts/kept';
import { comparedWith } from './sides';

class Baselines {
  private pinned = $state<Record<string, string>>(readKept('baselines', {}));

  /** The baseline of a recording. */
  of(recording: string): string | undefined {
    return this.pinned[recording];
  }

  /** Whether a run is one. */
  is(run: string | null): boolean {
    return Object.values(this.pinned).some((name) => name === run);
  }

  /** What a run is compared with unless said otherwise. */
  against(runs: RunCard[], { name, recording }: { name: string; recording: string }): string {
    return comparedWith(runs, name, recording, this.of(recording));
  }

  pin(recording: string, run: string): void {
    this.pinned[recording] = run;
    this.keep();
  }

  /** A run is nobody's baseline any more. */
  unpin(run: string): void {
    for (const [recording, pinned] of Object.entries(this.pinned))
      if (pinned === run) delete this.pinned[recording];
    this.keep();
  }

  private keep(): void {
    writeKept('baselines', $state.snapshot(this.pinned));
  }
}

export const baselines = new Baselines();
