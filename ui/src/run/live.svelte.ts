/** The run that is on: its numbers as they come, whatever page is shown. */
import type { RunNews } from '../host/bindings';
import { host } from '../host/host';
import { complain, say } from '../parts/notices.svelte';
import { shelf } from '../library/shelf.svelte';

class LiveRun {
  /** The run started last, or looked at last; null when there was none. */
  name = $state<string | null>(null);
  /** Whether it is on. */
  on = $state(false);
  /** Its newest numbers. */
  news = $state.raw<RunNews | null>(null);

  /** Takes up a run that was on before this page was loaded. */
  async resume(): Promise<void> {
    const name = await host()
      .runOn()
      .catch(() => null);
    if (name && !this.on) await this.follow(name);
  }

  /** Follows a run that was just started, to its end. */
  async follow(name: string): Promise<void> {
    this.name = name;
    this.on = true;
    this.news = null;
    try {
      await host().watchRun(name, (news) => (this.news = news));
      say(`The run ${name} is over`);
    } catch (thrown) {
      complain(thrown);
    } finally {
      this.on = false;
    }
    await shelf.refresh();
  }
}

export const live = new LiveRun();
