import { beforeEach, describe, expect, it } from 'vitest';
import { FakeHost } from './host/fake/fake';
import { useHost } from './host/host';
import { shelf } from './library/shelf.svelte';
import { keepPlace, resumePlace } from './place_kept';
import { go, place } from './place.svelte';

const FILE = '/home/ada/.local/share/reprise/library.reprise';

describe('the page of last time', () => {
  beforeEach(() => {
    useHost(new FakeHost(false, 20));
    shelf.library = null;
    go({ page: 'library' });
  });

  it('is gone back to', async () => {
    keepPlace(FILE, { page: 'run', name: 'friday-1x' });
    await resumePlace();
    expect(place()).toEqual({ page: 'run', name: 'friday-1x' });
  });

  it('is left when what it showed is gone, or when it was of another file', async () => {
    keepPlace(FILE, { page: 'recording', name: 'no-longer-there' });
    await resumePlace();
    expect(place().page).toBe('library');
    keepPlace('/srv/other.reprise', { page: 'settings' });
    await resumePlace();
    expect(place().page).toBe('library');
  });
});
