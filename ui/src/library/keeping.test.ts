import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { dismiss } from '../parts/notices.svelte';
import { go, place } from '../place.svelte';
import { has, words } from './keeping.svelte';
import { shelf } from './shelf.svelte';

function open(): FakeHost {
  const fake = new FakeHost(false, 20);
  useHost(fake);
  shelf.library = null;
  shelf.wanted = '';
  go({ page: 'library' });
  render(App);
  return fake;
}

const key = (name: string) => fireEvent.keyDown(document.body, { key: name });
const row = (name: string) => screen.findByRole('row', { name });
const fill = async (label: string, value: string) =>
  fireEvent.input(await screen.findByLabelText(label), { target: { value } });

describe('keeping order', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('takes words for tags, and finds by words, one tag or all', () => {
    expect(words(' peak, v2  peak ')).toEqual(['peak', 'v2']);
    expect(has('fri index', ['friday', 'before the Index'], [])).toBe(true);
    expect(has('tag:peak', ['peak'], [])).toBe(false);
    expect(has('tag:peak v', [''], ['Peak', 'v2'])).toBe(true);
    expect(has('', ['anything'], [])).toBe(true);
  });

  it('names, tags and notes a run from its row', async () => {
    open();
    await fireEvent.keyDown(await row('run friday-1x'), { key: 'F2' });
    await fill('Name', 'before-the-index');
    await fill('Tags', 'peak v2');
    await fill('Note', 'asked for by Ada');
    await fireEvent.click(screen.getByRole('button', { name: /^Save/ }));
    const renamed = await row('run before-the-index');
    expect(within(renamed).getByText('v2')).toBeTruthy();
    expect(within(renamed).getByText('asked for by Ada')).toBeTruthy();

    await fireEvent.input(screen.getByLabelText('Find recordings and runs'), {
      target: { value: 'tag:peak' },
    });
    await waitFor(() => expect(screen.queryByRole('row', { name: 'run friday-10x' })).toBeNull());
    expect(await row('run before-the-index')).toBeTruthy();
  });

  it('keeps the question open and says why when a name is taken', async () => {
    open();
    await fireEvent.keyDown(await row('run friday-1x'), { key: 'F2' });
    await fill('Name', 'friday-10x');
    await fireEvent.click(screen.getByRole('button', { name: /^Save/ }));
    expect(await screen.findByText(/the name is taken/)).toBeTruthy();
  });

  it('keeps the page on screen when what it shows is renamed', async () => {
    open();
    await fireEvent.click(await row('recording shop-friday'));
    await screen.findByRole('heading', { name: 'shop-friday' });
    await key('F2');
    await fill('Name', 'black friday');
    await fireEvent.click(screen.getByRole('button', { name: /^Save/ }));
    expect(await screen.findByRole('heading', { name: 'black friday' })).toBeTruthy();
  });

  it('brings things back from the bin, and removes them for good after a question', async () => {
    const fake = open();
    await fireEvent.keyDown(await row('run friday-1x'), { key: 'Delete' });
    await fireEvent.keyDown(await row('recording nightly'), { key: 'Delete' });
    await key('b');
    await screen.findByRole('heading', { name: 'Bin' });
    await fireEvent.keyDown(await row('run friday-1x'), { key: 'Enter' });
    await waitFor(() => expect(screen.queryByRole('row', { name: 'run friday-1x' })).toBeNull());
    await fireEvent.click(screen.getByRole('button', { name: 'Remove nightly for good' }));
    expect(fake.asked).not.toContain('remove recording nightly');
    await fireEvent.click(await screen.findByRole('button', { name: 'Remove for good' }));
    await screen.findByText('The bin is empty');
    expect(fake.asked).toContain('remove recording nightly');
    await key('Escape');
    expect(await row('run friday-1x')).toBeTruthy();
    expect(screen.queryByRole('row', { name: 'recording nightly' })).toBeNull();
  });

  it('finds operations from anywhere and shows their exchanges', async () => {
    open();
    await row('recording shop-friday');
    await fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
    await fireEvent.input(await screen.findByLabelText('What to do'), {
      target: { value: 'update stock' },
    });
    await fireEvent.click(await screen.findByText('in shop-friday'));
    await screen.findByRole('tab', { name: /Exchanges/, selected: true });
    expect(place()).toMatchObject({ page: 'recording', name: 'shop-friday' });
    const filter = (await screen.findByLabelText('Filter the exchanges')) as HTMLInputElement;
    expect(filter.value).toContain('UPDATE stock');
  });
});
