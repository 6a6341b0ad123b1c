/** What the file holds, as last read: the rail, the library and the pickers share it. */
import { host } from '../host/host';
import type { Library } from '../host/bindings';
import { complain, say } from '../parts/notices.svelte';
import { theme } from '../theme.svelte';

class Shelf {
  /** Null until first read. */
  library = $state<Library | null>(null);

  /** Reads it again. */
  async refresh(): Promise<void> {
    try {
      this.library = await host().library(theme());
    } catch (thrown) {
      complain(thrown);
    }
  }

  /** Puts a recording or a run into the bin, with the way back. */
  async remove(what: 'recording' | 'run', name: string): Promise<void> {
    try {
      await (what === 'recording' ? host().deleteRecording(name) : host().deleteRun(name));
      say(`Deleted the ${what} ${name}`, () => void this.restore());
    } catch (thrown) {
      complain(thrown);
    }
    await this.refresh();
  }

  private async restore(): Promise<void> {
    try {
      await host().undoDelete();
    } catch (thrown) {
      complain(thrown);
    }
    await this.refresh();
  }
}

export const shelf = new Shelf();
