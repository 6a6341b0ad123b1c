import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { dismiss } from '../parts/notices.svelte';
import { go } from '../place.svelte';
import { blank } from '../replay/form.svelte';
import { live } from './live.svelte';
import { queue } from './queue.svelte';

function open(name: string): FakeHost {
  const fake = new FakeHost(false, 20);
  useHost(fake);
  shelf.library = null;
  Object.assign(live, { on: false, name: null, news: null, hidden: false });
  queue.waiting = [];
  go({ page: 'run', name });
  render(App);
  return fake;
}

const press = (name: RegExp) => fireEvent.click(screen.getByRole('button', { name }));
const lastView = (fake: FakeHost) =>
  JSON.parse(fake.asked.findLast((asked) => asked.startsWith('charts '))?.slice(7) ?? '{}');

describe('the Run page', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('shows the last minute, hides a line, and goes back to the whole run', async () => {
    const fake = open('friday-1x');
    await fireEvent.click(await screen.findByRole('button', { name: /^last minute/ }));
    await waitFor(() => expect(lastView(fake).lastMs).toBe(60_000));
    await fireEvent.click(screen.getByRole('button', { name: 'p50' }));
    await waitFor(() =>
      expect(lastView(fake).hidden).toEqual([{ chart: 'response_time', line: 'p50' }]),
    );
    expect(screen.getByRole('button', { name: 'p50' }).getAttribute('aria-pressed')).toBe('false');
    await press(/^whole run/);
    await waitFor(() => expect(lastView(fake).lastMs).toBeNull());
  });

  it('draws what was watched below the other charts, and hides its lines by themselves', async () => {
    const fake = open('friday-1x');
    await fireEvent.click(await screen.findByRole('button', { name: 'cpu' }));
    await waitFor(() =>
      expect(lastView(fake).hidden).toEqual([{ chart: 'watch db: cpu', line: 'cpu' }]),
    );
    await fireEvent.click(screen.getByRole('tab', { name: /^Servers 1/ }));
    expect(screen.getByRole('cell', { name: 'db: threads running' })).toBeTruthy();
  });

  it('reads a heat map under the arrow keys, and what is not over time by itself', async () => {
    const fake = open('friday-1x');
    const heat = await screen.findByRole('group', { name: /^Heat map/ });
    await fireEvent.keyDown(heat, { key: 'ArrowRight' });
    expect(screen.getByText(/^1\.0 ms to 10 ms: 4,000$/)).toBeTruthy();
    const quantiles = screen.getByRole('group', { name: /^Response time by quantile/ });
    await fireEvent.keyDown(quantiles, { key: 'ArrowRight' });
    expect(screen.getByText(/^1\.0 ms to 10 ms: 4,000$/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^this run/ })).toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: /^HTTP 2xx/ }));
    await waitFor(() =>
      expect(lastView(fake).hidden).toEqual([{ chart: 'statuses', line: 'HTTP 2xx' }]),
    );
  });

  it('compares what servers did in both', async () => {
    open('friday-1x');
    go({ page: 'compare', a: null, b: null });
    await fireEvent.click(await screen.findByRole('tab', { name: /^Servers and machines/ }));
    const row = await screen.findByRole('row', { name: /^db: cpu/ });
    expect(within(row).getByText('+34 points')).toBeTruthy();
  });

  it('lists what failed, with one of each and its recorded exchange', async () => {
    open('friday-1x');
    await screen.findByRole('tab', { name: /^Errors/ });
    await fireEvent.keyDown(document.body, { key: 'e' });
    await fireEvent.click(await screen.findByRole('row', { name: /POST \/checkout, HTTP 503/ }));
    expect(screen.getByText(/touched by/)).toBeTruthy();
    await press(/^Show the exchange/);
    expect(await screen.findByRole('region', { name: 'Exchange 48112' })).toBeTruthy();
  });

  it('runs a plan again with the secrets it needs', async () => {
    const fake = open('friday-1x');
    await fireEvent.click(await screen.findByRole('button', { name: /^Run again/ }));
    await fireEvent.input(await screen.findByLabelText('Secret login.password'), {
      target: { value: 'hunter2' },
    });
    await fireEvent.input(screen.getByLabelText('Name of the new run'), {
      target: { value: 'friday-again' },
    });
    const dialog = screen.getByRole('dialog');
    await fireEvent.click(within(dialog).getByRole('button', { name: /^Start/ }));
    await screen.findByRole('heading', { name: 'friday-again' });
    const asked = fake.asked.find((one) => one.startsWith('again '));
    expect(JSON.parse(asked?.slice(6) ?? '{}')).toMatchObject({
      from: 'run',
      of: 'friday-1x',
      secrets: [{ name: 'login.password', value: 'hunter2' }],
    });
  });

  it('has a second run wait for the first, and tells when it is over', async () => {
    const fake = open('friday-1x');
    await screen.findByRole('heading', { name: 'friday-1x' });
    const form = (run: string) => ({ ...blank('shop-friday'), run, http: [here] });
    const here = { recorded: '', url: 'http://127.0.0.1:8080' };
    const start = (run: string) =>
      queue.start({ name: run, start: () => fake.startReplay(form(run), () => undefined) });
    expect(await start('first')).toBe('first');
    expect(await start('second')).toBeNull();
    expect(await screen.findByRole('group', { name: 'Waiting runs' })).toBeTruthy();
    await fake.stopRun();
    await waitFor(() => expect(live.name).toBe('second'));
    expect(fake.asked).toContain('notify The run first is over');
    expect(queue.waiting).toEqual([]);
    await fake.stopRun();
    await waitFor(() => expect(live.on).toBe(false));
  });
});

describe('the keys', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('are told by ?', async () => {
    open('friday-1x');
    await screen.findByRole('button', { name: /^Run again/ });
    await fireEvent.keyDown(document.body, { key: '?' });
    expect((await screen.findByRole('dialog')).textContent).toContain('Run again');
  });

  it('open a palette that finds what can be done and where one can go', async () => {
    open('friday-1x');
    await screen.findByRole('button', { name: /^Run again/ });
    await fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
    const field = await screen.findByLabelText('What to do');
    await fireEvent.input(field, { target: { value: 'recording shop-fri' } });
    await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(1));
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(await screen.findByRole('heading', { name: 'shop-friday' })).toBeTruthy();
  });
});
