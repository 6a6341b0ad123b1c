/** What is called, noted and tagged, and for which thing that is asked now. */
import type { KeptKind } from '../host/bindings';
import { asFailure, host } from '../host/host';
import { go, place } from '../place.svelte';
import { live } from '../run/live.svelte';
import { shelf } from './shelf.svelte';

/** A recording or a run. */
export type Thing = { kind: KeptKind; name: string };

class Keeping {
  /** What the question is about; null when nothing is asked. */
  asked = $state<Thing | null>(null);
  /** What its fields hold. */
  name = $state('');
  tags = $state('');
  note = $state('');
  /** Why it could not be kept. */
  problem = $state('');

  /** Asks for another name, a note and tags. */
  ask(thing: Thing): void {
    const card = cardOf(thing);
    this.asked = thing;
    this.name = thing.name;
    this.tags = (card?.tags ?? []).join(' ');
    this.note = card?.note ?? '';
    this.problem = '';
  }

  /** Keeps what was typed. */
  async save(): Promise<void> {
    const thing = this.asked;
    if (!thing) return;
    const { kind, name } = thing;
    const to = this.name.trim();
    try {
      await host().remark(kind, name, this.note, words(this.tags));
      if (to !== name) await host().rename(kind, name, to);
    } catch (thrown) {
      this.problem = asFailure(thrown).message;
      await shelf.refresh();
      return;
    }
    this.asked = null;
    if (live.name === name && kind === 'run') live.name = to;
    await shelf.refresh();
    const here = place();
    if (here.page === kind && here.name === name) go({ ...here, name: to });
  }
}

export const keeping = new Keeping();

/** Words with blanks or commas between, each once. */
export function words(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))];
}

/** The card of a thing, as last read. */
export function cardOf({ kind, name }: Thing): { note: string; tags: string[] } | undefined {
  const cards = kind === 'run' ? shelf.library?.runs : shelf.library?.recordings;
  return cards?.find((card) => card.name === name);
}

/** Whether every word is in one of the texts or tags; `tag:WORD` asks for that tag. */
export function has(text: string, texts: string[], tags: string[]): boolean {
  const all = [...texts, ...tags].join(' ').toLowerCase();
  const low = tags.map((tag) => tag.toLowerCase());
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) =>
      word.startsWith('tag:') ? low.includes(word.slice('tag:'.length)) : all.includes(word),
    );
}
