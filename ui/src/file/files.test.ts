import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { dismiss } from '../parts/notices.svelte';
import { go } from '../place.svelte';
import { fileName, files, folderOf, isLibrary } from './files.svelte';

function open(): FakeHost {
  const fake = new FakeHost(false, 20);
  useHost(fake);
  shelf.library = null;
  files.recent = [];
  go({ page: 'library' });
  render(App);
  return fake;
}

describe('files', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('are told from what can be imported by their ending', () => {
    expect(isLibrary('/srv/Friday.REPRISE')).toBe(true);
    expect(isLibrary('/srv/friday.pcap')).toBe(false);
    expect(fileName('/srv/load/friday.reprise')).toBe('friday.reprise');
    expect(folderOf('/srv/load/friday.reprise')).toBe('/srv/load');
    expect(folderOf('/friday.reprise')).toBe('/');
  });

  it('that were open lately are opened again by name', async () => {
    const fake = open();
    await screen.findByRole('row', { name: 'recording shop-friday' });
    files.keep('/srv/old.reprise');
    await fireEvent.keyDown(document.body, { key: '0' });
    await fireEvent.click(await screen.findByRole('button', { name: /^old\.reprise/ }));
    await waitFor(() => expect(fake.asked).toContain('open /srv/old.reprise'));
    expect(fake.asked).toContain('anew');
  });

  it('that are dropped are opened, everything else is imported', async () => {
    const fake = open();
    await screen.findByRole('row', { name: 'recording shop-friday' });
    fake.drop(['/srv/monday.reprise']);
    await waitFor(() => expect(fake.asked).toContain('open /srv/monday.reprise'));
    fake.drop(['/var/tmp/monday.pcap']);
    expect(await screen.findByLabelText(/Capture files/)).toBeTruthy();
  });

  it('that another start of the program names are opened in this window', async () => {
    const fake = open();
    await screen.findByRole('row', { name: 'recording shop-friday' });
    fake.askForFile('/srv/clicked.reprise');
    await waitFor(() => expect(fake.asked).toContain('open /srv/clicked.reprise'));
  });

  it('that cannot be opened leave the window as it is, and say why', async () => {
    const fake = open();
    await screen.findByRole('row', { name: 'recording shop-friday' });
    fake.askForFile('/srv/newer.reprise');
    expect(await screen.findByText(/a later version/)).toBeTruthy();
    expect(fake.asked).not.toContain('anew');
    expect(files.recent).not.toContain('/srv/newer.reprise');
  });
});
