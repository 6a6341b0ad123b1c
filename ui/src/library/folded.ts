/** The runs as the Library lists them: those of a search for the edge are one line, which unfolds. */
import type { RunCard, SearchCard } from '../host/bindings';

/** A line of the list; `name` tells it from every other. */
export type Line =
  | { name: string; search: SearchCard; runs: RunCard[]; open: boolean }
  | { name: string; run: RunCard; inner: boolean };

/** Runs, newest first; a search stands where the newest of its runs would. Of runs in no search only those that are `wanted`. */
export function folded(
  runs: RunCard[],
  searches: SearchCard[],
  isOpen: (search: string) => boolean,
  wanted: (run: RunCard) => boolean,
): Line[] {
  const listed = new Set<string>();
  return runs.flatMap((run): Line[] => {
    const search = searches.find(({ name }) => name === run.search?.name);
    if (!search) return wanted(run) ? [line(run, false)] : [];
    if (listed.has(search.name)) return [];
    listed.add(search.name);
    const steps = runs.filter((other) => other.search?.name === search.name);
    const open = isOpen(search.name);
    const inner = open ? steps.map((step) => line(step, true)) : [];
    return [{ name: `search ${search.name}`, search, runs: steps, open }, ...inner];
  });
}

function line(run: RunCard, inner: boolean): Line {
  return { name: `run ${run.name}`, run, inner };
}
