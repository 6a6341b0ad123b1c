/** Runs that wait for the one that is on: two at once would measure each other. */
import type { PlanningNews } from '../host/bindings';
import { host } from '../host/host';
import { complain, say } from '../parts/notices.svelte';
import { live } from './live.svelte';
import { series } from './series.svelte';
import { queue as text } from '../text/run';

/** A run that waits, or several in a row: the name, and how it is started once it is its turn. */
export type Waiting = {
  name: string;
  several?: boolean;
  start: (news: (news: PlanningNews) => void) => Promise<string>;
};

class Queue {
  waiting = $state.raw<Waiting[]>([]);
  /** The run that is about to start, with how far its plan is once that takes long. */
  starting = $state.raw<{ name: string; news: PlanningNews | null } | null>(null);

  /** Takes up a run that was on before this page was loaded. */
  async resume(): Promise<void> {
    const several = await host()
      .seriesOn()
      .catch(() => null);
    if (several && !series.on) return this.follow(several.name, true);
    const name = await host()
      .runOn()
      .catch(() => null);
    if (name && !live.on) await this.follow(name, false);
  }

  /** Starts a run, or has it wait for its turn; resolves to its name when it started. */
  async start(run: Waiting): Promise<string | null> {
    if (live.on || series.on || this.starting || this.waiting.length > 0) {
      this.waiting = [...this.waiting, run];
      say(
        text.startsWhenOver(
          run.name,
          this.starting?.name ?? (series.on ? series.news?.name : live.name) ?? text.theOthers,
        ),
      );
      return null;
    }
    const name = await this.begin(run);
    void this.follow(name, run.several === true);
    return name;
  }

  /** Takes one out again. */
  cancel(run: Waiting): void {
    this.waiting = this.waiting.filter((other) => other !== run);
  }

  /** Follows a run, or several in a row, to its end, then starts the next that can be started. */
  async follow(name: string, several: boolean): Promise<void> {
    await (several ? series.follow(name) : live.follow(name));
    while (this.waiting.length > 0) {
      const [next, ...others] = this.waiting;
      this.waiting = others;
      if (!next) return;
      try {
        const started = await this.begin(next);
        void this.follow(started, next.several === true);
        return;
      } catch (thrown) {
        complain(thrown);
      }
    }
    if (!live.hidden) return;
    live.hidden = false;
    await host().showWindow().catch(complain);
  }

  private async begin(run: Waiting): Promise<string> {
    let begun = false;
    this.starting = { name: run.name, news: null };
    try {
      // of several runs the later ones are planned while this one waits for nothing any more
      return await run.start((news) => {
        if (!begun) this.starting = { name: run.name, news };
      });
    } finally {
      begun = true;
      this.starting = null;
    }
  }
}

export const queue = new Queue();
