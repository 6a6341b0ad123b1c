/** Which file the window works on: opening another, and those that were open lately. */
import { host } from '../host/host';
import { readKept, writeKept } from '../parts/kept';
import { complain } from '../parts/notices.svelte';

const MOST = 8;

class Files {
  /** Paths, the one opened last first. */
  recent = $state.raw<string[]>(readKept('recent-files', []));

  /** Keeps a file that is open in the list. */
  keep(path: string): void {
    if (this.recent[0] === path) return;
    this.recent = [path, ...this.recent.filter((other) => other !== path)].slice(0, MOST);
    writeKept('recent-files', this.recent);
  }

  /** Takes a file off the list; the file stays. */
  forget(path: string): void {
    this.recent = this.recent.filter((other) => other !== path);
    writeKept('recent-files', this.recent);
  }

  /** Turns the window to another file; it then starts anew. Says whether that worked. */
  async open(path: string, make = false): Promise<boolean> {
    try {
      await host().openLibrary(path, make);
    } catch (thrown) {
      complain(thrown);
      return false;
    }
    this.keep(path);
    host().startAnew();
    return true;
  }

  /** Asks which file, one that is there or a new one, and opens it. */
  async choose(make: boolean): Promise<void> {
    try {
      const path = await host().chooseLibrary(make);
      if (path !== null) await this.open(path, make);
    } catch (thrown) {
      complain(thrown);
    }
  }
}

export const files = new Files();

/** Whether a path is a Reprise file rather than something to import. */
export function isLibrary(path: string): boolean {
  return /\.reprise$/i.test(path);
}

/** `/srv/load/friday.reprise` -> `friday.reprise`. */
export function fileName(path: string): string {
  return path.split('/').at(-1) ?? path;
}

/** `/srv/load/friday.reprise` -> `/srv/load`. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
