/** The run that is on: its numbers as they come, whatever page is shown. */
import type { RunNews } from '../host/bindings';
import { count, percent } from '../text/format';
import { host } from '../host/host';
import { complain, say } from '../parts/notices.svelte';
import { shelf } from '../library/shelf.svelte';
import { place } from '../place.svelte';
import { live as text } from '../text/run';

class LiveRun {
  /** The run started last, or looked at last; null when there was none. */
  name = $state<string | null>(null);
  /** Whether it is on. */
  on = $state(false);
  /** Its newest numbers. */
  news = $state.raw<RunNews | null>(null);

  /** Whether the window was closed on it: it comes back when nothing is on any more. */
  hidden = $state(false);

  /** Follows a run that was just started, to its end; `quietly` when it is one of several. */
  async follow(name: string, quietly = false): Promise<void> {
    this.name = name;
    this.on = true;
    this.news = null;
    try {
      await host().watchRun(name, (news) => {
        if (this.name === name) this.news = news;
      });
      if (!quietly) {
        if (!isShown(name)) say(text.theRunIsOver(name));
        await tellEnd(name, this.news);
      }
    } catch (thrown) {
      complain(thrown);
    } finally {
      // of several runs the next may be on already
      if (this.name === name) this.on = false;
    }
    await shelf.refresh();
  }
}

/** Whether its page is on screen, which says so itself. */
function isShown(name: string): boolean {
  const here = place();
  return here.page === 'run' && (here.name ?? name) === name;
}

/** For whoever looks elsewhere. */
async function tellEnd(name: string, last: RunNews | null): Promise<void> {
  const { sent = 0, errorRate = 0 } = last?.numbers ?? {};
  const body = text.sentNewErrors(count(sent), percent(errorRate));
  await host()
    .notify(text.theRunIsOver(name), body)
    .catch(() => undefined);
}

export const live = new LiveRun();
