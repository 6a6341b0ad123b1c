/** Runs that wait for the one that is on: two at once would measure each other. */
import { host } from '../host/host';
import { complain, say } from '../parts/notices.svelte';
import { live } from './live.svelte';

/** A run that waits: its name, and how it is started once it is its turn. */
export type Waiting = { name: string; start: () => Promise<string> };

class Queue {
  waiting = $state.raw<Waiting[]>([]);

  /** Takes up a run that was on before this page was loaded. */
  async resume(): Promise<void> {
    const name = await host()
      .runOn()
      .catch(() => null);
    if (name && !live.on) await this.follow(name);
  }

  /** Starts a run, or has it wait for its turn; resolves to its name when it started. */
  async start(run: Waiting): Promise<string | null> {
    if (live.on || this.waiting.length > 0) {
      this.waiting = [...this.waiting, run];
      say(`${run.name} starts when ${live.name ?? 'the others'} is over`);
      return null;
    }
    const name = await run.start();
    void this.follow(name);
    return name;
  }

  /** Takes one out again. */
  cancel(run: Waiting): void {
    this.waiting = this.waiting.filter((other) => other !== run);
  }

  /** Follows a run to its end, then starts the next that can be started. */
  async follow(name: string): Promise<void> {
    await live.follow(name);
    while (this.waiting.length > 0) {
      const [next, ...others] = this.waiting;
      this.waiting = others;
      if (!next) return;
      try {
        const started = await next.start();
        void this.follow(started);
        return;
      } catch (thrown) {
        complain(thrown);
      }
    }
    if (!live.hidden) return;
    live.hidden = false;
    await host().showWindow().catch(complain);
  }
}

export const queue = new Queue();
