/** What a side of a comparison can be: a recording, a run, or several runs of one plan, which are told by their numbers. */
import type { RunCard } from '../host/bindings';
import { sides as text } from '../text/compare';

/** Several runs that a picker offers as one side. */
export type Several = { label: string; names: string[] };

/** Complete runs of one recording called `NAME-1`, `NAME-2` and so on, where there are two or more; the newest first. */
export function severalOf(runs: RunCard[]): Several[] {
  const found = new Map<string, { number: number; name: string }[]>();
  for (const { name, recording, state, search } of runs) {
    const parts = /^(.+)-(\d+)$/.exec(name);
    if (!parts?.[1] || state !== 'complete' || search) continue;
    const key = JSON.stringify([recording, parts[1]]);
    found.set(key, [...(found.get(key) ?? []), { number: Number(parts[2]), name }]);
  }
  return [...found.values()]
    .filter((runs) => runs.length > 1)
    .map((runs) => {
      const names = runs.sort((one, other) => one.number - other.number).map(({ name }) => name);
      return { label: sideName(names), names };
    });
}

/** The run that is judged unless said otherwise: the newest, but a step of a search only when there is nothing else. */
export function newest(runs: RunCard[]): string | undefined {
  return (runs.find(({ search }) => !search) ?? runs[0])?.name;
}

/**
 * What a run is compared with unless said otherwise: the one that is pinned while there is it, else the one before it of
 * the same recording, but no step of a search, else the recording.
 */
export function comparedWith(
  runs: RunCard[],
  run: string,
  recording: string,
  pinned?: string | undefined,
): string {
  if (pinned && pinned !== run && runs.some(({ name }) => name === pinned)) return pinned;
  const older = runs.slice(runs.findIndex(({ name }) => name === run) + 1);
  const fits = (other: RunCard) => other.recording === recording && !other.search;
  return older.find(fits)?.name ?? recording;
}

/** The steps of each search. */
export function bySearch(runs: RunCard[]): [search: string, steps: RunCard[]][] {
  const searches = new Map<string, RunCard[]>();
  for (const run of runs) {
    const search = run.search?.name;
    if (search !== undefined) searches.set(search, [...(searches.get(search) ?? []), run]);
  }
  return [...searches];
}

/** A side in a few words: `friday-b-1 … friday-b-5 (5 runs)`. */
export function sideName(names: string[]): string {
  const [first = '', last = ''] = [names[0], names.at(-1)];
  if (names.length < 2) return first;
  return text.runsFromTo(first, last, names.length);
}

/** Whether two sides are the same runs. */
export function isSame(one: string[] | null, other: string[] | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
