/** What the file holds, as last read: the rail, the library and the pickers share it. */
import { SvelteSet } from 'svelte/reactivity';
import { host } from '../host/host';
import type { KeptKind, Library } from '../host/bindings';
import { complain, say } from '../parts/notices.svelte';
import { theme } from '../theme.svelte';
import { shelf as text } from '../text/library';

class Shelf {
  /** What the library is searched for. */
  wanted = $state('');
  /** Null until first read. */
  library = $state<Library | null>(null);

  /** The searches whose runs are listed. */
  readonly unfolded = new SvelteSet<string>();

  /** Lists the runs of a search, or its line alone. */
  unfold(search: string, unfolded: boolean): void {
    if (unfolded) this.unfolded.add(search);
    else this.unfolded.delete(search);
  }

  /** Reads it again. */
  async refresh(): Promise<void> {
    try {
      this.library = await host().library(theme());
    } catch (thrown) {
      complain(thrown);
    }
  }

  /** Puts a recording or a run into the bin, with the way back. */
  async remove(what: KeptKind, name: string): Promise<void> {
    try {
      await host().putInBin(what, name);
      say(text.deletedNamed(what, name), () => void this.restore(what, name));
    } catch (thrown) {
      complain(thrown);
    }
    await this.refresh();
  }

  /** Puts a search with all its runs into the bin, with the way back. */
  async removeSearch(name: string): Promise<void> {
    try {
      const runs = await host().deleteSearch(name);
      const all = runs.length === 1 ? text.itsRun : text.itsRuns(runs.length);
      say(text.deletedSearch(name, all), () => void this.restore('run', ...runs));
    } catch (thrown) {
      complain(thrown);
    }
    await this.refresh();
  }

  private async restore(what: KeptKind, ...names: string[]): Promise<void> {
    try {
      for (const name of names) await host().restore(what, name);
    } catch (thrown) {
      complain(thrown);
    }
    await this.refresh();
  }
}

export const shelf = new Shelf();
