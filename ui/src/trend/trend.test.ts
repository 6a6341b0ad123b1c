import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { failure } from '../host/fake/failure';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { dismiss } from '../parts/notices.svelte';
import { go, place } from '../place.svelte';

const key = (name: string) => fireEvent.keyDown(document.body, { key: name });

async function open(): Promise<FakeHost> {
  const fake = new FakeHost(false, 20);
  useHost(fake);
  shelf.library = null;
  go({ page: 'run', name: 'friday-10x' });
  render(App);
  await screen.findByRole('button', { name: /^Trend/ });
  await key('t');
  await screen.findByRole('heading', { name: 'Trend of friday-10x' });
  return fake;
}

describe('the trend of a run', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('tells what rose since when, and marks the run it rose with', async () => {
    await open();
    expect((await screen.findByLabelText('What can be said')).textContent).toContain(
      'p99 rose from 58 ms to 93 ms with nightly-7',
    );
    const row = await screen.findByRole('row', { name: 'run nightly-7' });
    expect(within(row).getByText('p99 rose')).toBeTruthy();
    const rows = screen.getAllByRole('row', { name: /^run / });
    expect(rows[0]?.getAttribute('aria-label')).toBe('run friday-10x');
  });

  it('opens a run of it by keyboard, goes back, and keeps itself as HTML', async () => {
    await open();
    await key('h');
    expect(await screen.findByText('Wrote /home/ada/friday-10x over time.html')).toBeTruthy();
    await fireEvent.keyDown(await screen.findByRole('row', { name: 'run nightly-7' }), {
      key: 'Enter',
    });
    expect(place()).toEqual({ page: 'run', name: 'nightly-7' });
    go({ page: 'trend', run: 'friday-10x' });
    await screen.findByRole('heading', { name: 'Trend of friday-10x' });
    await key('Escape');
    expect(place()).toEqual({ page: 'run', name: 'friday-10x' });
  });

  it('says why there is none', async () => {
    const fake = new FakeHost(false, 20);
    fake.trend = async () => {
      throw failure('usage', 'no plan is kept of this run');
    };
    useHost(fake);
    shelf.library = null;
    go({ page: 'trend', run: 'friday-10x' });
    render(App);
    expect(await screen.findByText('no plan is kept of this run')).toBeTruthy();
  });
});
