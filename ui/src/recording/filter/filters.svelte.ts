/** Filters a person saved, and what they can go on with while they write one. */
import type { FilterValue } from '../../host/bindings';
import { readKept, writeKept } from '../../parts/kept';

/** What a filter can ask for beside what the recording has, with a value to begin with. */
const LANGUAGE = [
  'status:error',
  'status:none',
  'status:2xx',
  'status:4xx',
  'status:5xx',
  'took:>100ms',
  'took:>1s',
  'sent:>10kB',
  'received:>100kB',
  'operation:',
  'request:',
  'connection:',
];
/** Keys as they are completed from their first letters. */
const KEYS = [
  'method:',
  'status:',
  'operation:',
  'request:',
  'took:',
  'sent:',
  'received:',
  'connection:',
  'protocol:',
  'flag:',
];
const MOST = 12;

class SavedFilters {
  all = $state<string[]>(readKept('filters', []));

  has(filter: string): boolean {
    return this.all.includes(filter.trim());
  }

  /** Saves a filter, or takes it off the list. */
  toggle(filter: string): void {
    const text = filter.trim();
    if (text === '') return;
    this.all = this.has(text) ? this.all.filter((other) => other !== text) : [...this.all, text];
    writeKept('filters', $state.snapshot(this.all));
  }
}

export const saved = new SavedFilters();

/** What a filter could go on with: the whole of it, the term alone, and how many exchanges that has. */
export type Completion = { filter: string; term: string; count: number | null };

/**
 * The filter as it could be with the word completed that ends at the cursor: from the language, and from what the
 * recording has, most frequent first.
 */
export function completions(
  filter: string,
  operations: string[],
  values: FilterValue[],
): Completion[] {
  const from = lastWord(filter);
  const word = filter.slice(from).toLowerCase();
  const before = filter.slice(0, from);
  const minus = word.startsWith('-') ? '-' : '';
  const typed = word.slice(minus.length).replaceAll('"', '');
  const [key, value] = split(typed);
  const had = values.map(({ key, value, count }) => ({ term: `${key}:${quoted(value)}`, count }));
  const named = operations.map((text) => ({ term: `operation:${quoted(text)}`, count: null }));
  const others = LANGUAGE.filter((term) => !had.some((one) => one.term === term));
  const language = others.map((term) => ({ term, count: null }));
  const all: { term: string; count: number | null }[] =
    value === null
      ? [...KEYS.map((term) => ({ term, count: null })), ...had, ...language, ...named]
      : [...had, ...language, ...named];
  const fits = (term: string) => {
    const low = term.toLowerCase().replaceAll('"', '');
    if (low === typed || (typed === '' && !low.endsWith(':'))) return false;
    if (low.startsWith(typed)) return true;
    // Of an operation any part is known; without a key at least three letters of it.
    const text = low.replace(/^operation:/, '');
    if (text === low) return false;
    if (value === null) return typed.length >= 3 && text.includes(typed);
    return key === 'operation' && text.includes(value);
  };
  return all
    .filter(({ term }) => fits(term))
    .slice(0, MOST)
    .map(({ term, count }) => ({ filter: `${before}${minus}${term}`, term: minus + term, count }));
}

/** A filter that also asks for a term, or also leaves it out; what asked for the same key makes way. */
export function withTerm(filter: string, key: string, value: string, without: boolean): string {
  const term = `${without ? '-' : ''}${key}:${quoted(value)}`;
  const contrary = without ? `${key}:${quoted(value)}` : `-${key}:${quoted(value)}`;
  const terms = filter.match(/(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/g) ?? [];
  const others = terms.filter(
    (other) =>
      other !== term &&
      other !== contrary &&
      (without || !other.toLowerCase().startsWith(`${key}:`)),
  );
  return [...others, term].join(' ');
}

function quoted(value: string): string {
  if (value !== '' && !/[\s"\\]/.test(value)) return value;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function split(typed: string): [string, string | null] {
  const colon = typed.indexOf(':');
  return colon < 0 ? [typed, null] : [typed.slice(0, colon), typed.slice(colon + 1)];
}

/** Where the word that is being written begins; blanks in quotes are part of it. */
function lastWord(filter: string): number {
  let quotes = false;
  let from = 0;
  for (let at = 0; at < filter.length; at += 1) {
    const letter = filter[at];
    if (quotes && letter === '\\') at += 1;
    else if (letter === '"') quotes = !quotes;
    else if (letter === ' ' && !quotes) from = at + 1;
  }
  return from;
}
