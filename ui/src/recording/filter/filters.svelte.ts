/** Filters a person saved, and what they can go on with while they write one. */
import { readKept, writeKept } from '../parts/kept';

/** What a filter can ask for, with a value to begin with. */
const KEYS = [
  'protocol:http',
  'protocol:mysql',
  'method:GET',
  'method:POST',
  'method:SELECT',
  'method:UPDATE',
  'status:error',
  'status:none',
  'status:2xx',
  'status:4xx',
  'status:5xx',
  'took:>100ms',
  'took:>1s',
  'flag:truncated',
  'operation:',
  'request:',
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

/** The filter as it could be with its last word completed: from the language, and from the recording's operations. */
export function completions(filter: string, operations: string[]): string[] {
  const from = lastWord(filter);
  const word = filter.slice(from).toLowerCase();
  const before = filter.slice(0, from);
  const minus = word.startsWith('-') ? '-' : '';
  const typed = word.slice(minus.length);
  if (typed === '') return [];
  const named = operations.map((operation) => `operation:${quoted(operation)}`);
  const fits = (term: string) => {
    const low = term.toLowerCase();
    return (
      low !== typed && (low.startsWith(typed) || low.includes(typed.replace(/^operation:/, '')))
    );
  };
  return [...KEYS, ...named]
    .filter(fits)
    .slice(0, MOST)
    .map((term) => `${before}${minus}${term}`);
}

/** A filter that also asks for a term, or also leaves it out; a term of the same key makes way. */
export function withTerm(filter: string, key: string, value: string, without: boolean): string {
  const term = `${without ? '-' : ''}${key}:${quoted(value)}`;
  const terms = filter.match(/-?\w+:"[^"]*"|"[^"]*"|\S+/g) ?? [];
  const others = terms.filter((other) => (without ? other !== term : !other.startsWith(`${key}:`)));
  return [...others, term].join(' ');
}

function quoted(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value;
}

/** Where the word that is being written begins; blanks in quotes are part of it. */
function lastWord(filter: string): number {
  let quotes = false;
  let from = 0;
  for (const [at, letter] of [...filter].entries()) {
    if (letter === '"') quotes = !quotes;
    else if (letter === ' ' && !quotes) from = at + 1;
  }
  return from;
}
