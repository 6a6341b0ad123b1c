/** Reading capture files into a recording: what is proposed, what is going on. One import at a time. */
import { asFailure, host } from '../host/host';
import type { ImportNews } from '../host/bindings';
import { complain, say } from '../parts/notices.svelte';
import { go, place } from '../place.svelte';
import { shelf } from './shelf.svelte';
import { importer as text } from '../text/library';

class Importer {
  /** Whether the form is open. */
  open = $state(false);
  /** What the form holds: one path a line. */
  paths = $state('');
  /** The name the recording shall have. */
  name = $state('');
  /** The import that is on, or null. */
  running = $state<{ name: string; news: ImportNews | null } | null>(null);
  /** Why the last one failed, until another begins. */
  failure = $state('');
  private nameIsOurs = true;

  /** Opens the form with these files in it. */
  propose(paths: string[]): void {
    this.paths = paths.join('\n');
    this.open = true;
    if (this.nameIsOurs || this.name === '') this.suggestName();
  }

  /** Suggests a name from the first file until the user types one. */
  suggestName(): void {
    if (!this.nameIsOurs) return;
    this.name = freeName(
      nameFromPath(this.paths.split('\n')[0] ?? ''),
      shelf.library?.recordings.map((recording) => recording.name) ?? [],
    );
  }

  /** The user typed a name: it is kept. */
  ownName(): void {
    this.nameIsOurs = this.name === '';
  }

  async choose(): Promise<void> {
    try {
      const chosen = await host().chooseFiles();
      if (chosen.length > 0) this.propose(chosen);
    } catch (thrown) {
      complain(thrown);
    }
  }

  async start(): Promise<void> {
    const paths = this.paths.split('\n').map((path) => path.trim());
    const files = paths.filter((path) => path !== '');
    if (files.length === 0 || this.name.trim() === '' || this.running) return;
    this.running = { name: this.name.trim(), news: null };
    this.open = false;
    this.failure = '';
    try {
      const made = await host().importFiles(files, this.running.name, (news) => {
        if (this.running) this.running.news = news;
      });
      this.forget();
      await shelf.refresh();
      go({ page: 'recording', name: made });
      say(text.imported(made));
    } catch (thrown) {
      this.open = true;
      this.failure = asFailure(thrown).message;
      // The form is not on screen elsewhere.
      if (place().page !== 'library') complain(thrown);
      await shelf.refresh();
    } finally {
      this.running = null;
    }
  }

  /** Stops reading; what was read so far stays, marked as interrupted. */
  async stop(): Promise<void> {
    try {
      await host().stopImport();
    } catch (thrown) {
      complain(thrown);
    }
  }

  private forget(): void {
    this.paths = '';
    this.failure = '';
    this.name = '';
    this.nameIsOurs = true;
  }
}

export const importer = new Importer();

/** `/data/shop-friday.pcap.gz` -> `shop-friday`. */
export function nameFromPath(path: string): string {
  const file = path.trim().split('/').at(-1) ?? '';
  return file.replace(/\.(gz|zst)$/i, '').replace(/\.(pcapng|pcap|cap|har|gor|log)$/i, '');
}

/** The name itself, or with the first number that makes it new: `shop`, `shop-2`. */
export function freeName(name: string, taken: string[]): string {
  if (name === '' || !taken.includes(name)) return name;
  for (let number = 2; ; number += 1) {
    const candidate = `${name}-${number}`;
    if (!taken.includes(candidate)) return candidate;
  }
}
