/** The runs that were asked for at once, while they are on: a search for the edge, or a plan played several times. */
import type { SeriesNews } from '../host/bindings';
import { host } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { complain, say } from '../parts/notices.svelte';
import { go, place } from '../place.svelte';
import { live } from './live.svelte';
import { series as text } from '../text/run';

class LiveSeries {
  /** Whether one is on. */
  on = $state(false);
  /** How it stands; of the last one when none is on. */
  news = $state.raw<SeriesNews | null>(null);

  /** Follows one that was just started, to its end. */
  async follow(name: string): Promise<void> {
    this.on = true;
    this.news = null;
    let last: SeriesNews | null = null;
    try {
      last = await host().watchSeries(name, (news) => this.take(news));
    } catch (thrown) {
      complain(thrown);
    } finally {
      this.on = false;
    }
    await shelf.refresh();
    if (last) await this.tellEnd(last);
  }

  /** How a run of it is called among the others: `run 3 of 10, side B`. */
  get step(): string {
    if (!this.news) return '';
    const { kind, number, of, times, isB } = this.news;
    if (kind === 'search') return text.step(number, times === null ? '' : text.atTimes(times));
    const side = kind === 'sides' ? text.ofSide(isB ? 'B' : 'A') : '';
    return text.run(number, of === null ? '' : text.ofCount(of), side);
  }

  private take(news: SeriesNews): void {
    const before = this.news?.run ?? null;
    this.news = news;
    if (news.run && news.run !== before) void live.follow(news.run, true);
  }

  /** Leads whoever watched it to what came of it; tells everybody else. */
  private async tellEnd({ name, kind, a, b }: SeriesNews): Promise<void> {
    const here = place();
    const compares = kind === 'sides' && a.length > 0 && b.length > 0;
    if (compares && here.page === 'run' && here.name === null) go({ page: 'compare', a, b });
    else if (compares) say(text.isOverCompare(name));
    else say(kind === 'search' ? text.searchIsOver(name) : text.isOver(name));
    const found = shelf.library?.searches.find((search) => search.name === name)?.found;
    await host()
      .notify(text.isOver(name), found ?? (compares ? text.bothSidesCanBeCompared : ''))
      .catch(() => undefined);
  }
}

export const series = new LiveSeries();
