/** The page that was on screen when the window was closed, gone back to when it opens again. */
import { shelf } from './library/shelf.svelte';
import { readKept, writeKept } from './parts/kept';
import { go, type Place } from './place.svelte';

type Kept = { file: string; place: Place };
const NAME = 'place';

/** Keeps the page, with the file it is of. */
export function keepPlace(file: string, place: Place): void {
  writeKept(NAME, { file, place } satisfies Kept);
}

/** Goes back to the page that was kept, if it is of the same file and what it showed is still there. */
export async function resumePlace(): Promise<void> {
  const kept = readKept<Kept | null>(NAME, null);
  await shelf.refresh();
  if (kept && kept.file === shelf.library?.file && isThere(kept.place)) go(kept.place);
}

function isThere(place: Place): boolean {
  const has = (name: string | null | undefined) =>
    !name || recordings.includes(name) || runs.includes(name);
  const recordings = (shelf.library?.recordings ?? []).map(({ name }) => name);
  const runs = (shelf.library?.runs ?? []).map(({ name }) => name);
  switch (place.page) {
    case 'recording':
      return recordings.includes(place.name);
    case 'run':
      return place.name !== null && runs.includes(place.name);
    case 'trend':
      return runs.includes(place.run);
    case 'replay':
      return has(place.recording);
    case 'compare':
      return [place.a, place.b].flat().every(has);
    case 'search':
      return (shelf.library?.searches ?? []).some(({ name }) => name === place.name);
    default:
      return true;
  }
}
