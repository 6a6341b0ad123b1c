import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { dismiss } from '../parts/notices.svelte';
import { go, place, type Place } from '../place.svelte';
import { blank, form } from '../replay/form.svelte';
import { several } from '../replay/several.svelte';
import { live } from '../run/live.svelte';
import { queue } from '../run/queue.svelte';
import { series } from '../run/series.svelte';

const key = (name: string, ctrlKey = false) =>
  fireEvent.keyDown(document.body, { key: name, ctrlKey });
const typed = async (label: string, value: string) =>
  fireEvent.input(await screen.findByLabelText(label), { target: { value } });
const choose = async (name: string) => fireEvent.click(await screen.findByRole('radio', { name }));

function open(to: Place): FakeHost {
  const fake = new FakeHost(false, 20);
  useHost(fake);
  shelf.library = null;
  shelf.wanted = '';
  shelf.unfolded.clear();
  form.fields = blank('');
  form.checks = [];
  several.kind = 'one';
  several.times = 5;
  several.b = { http: [{ recorded: '', url: '' }], mysql: '', before: '' };
  Object.assign(live, { on: false, name: null, news: null, hidden: false });
  Object.assign(series, { on: false, news: null });
  queue.waiting = [];
  go(to);
  render(App);
  return fake;
}

describe('a search for the edge', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('wants a check, is watched step by step, and says what it found', async () => {
    const fake = open({ page: 'replay', recording: null });
    await typed('HTTP target', 'http://127.0.0.1:8080');
    await choose('Until it breaks');
    expect(await screen.findByText(/add a check/)).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: /^Add a check/ }));
    await typed('check 1', 'p99<250ms');
    await typed('Go no higher than', '20x');
    await waitFor(() => expect(form.fields.run).toBe('shop-friday-knee'));
    const start = screen.getByRole('button', { name: /^Start/ });
    await waitFor(() => expect((start as HTMLButtonElement).disabled).toBe(false));
    await key('Enter', true);
    await screen.findByRole('heading', { name: 'shop-friday-knee' });
    const asked = fake.asked.find((one) => one.startsWith('search ')) ?? '';
    expect(JSON.parse(asked.slice(7))).toMatchObject({
      run: 'shop-friday-knee',
      checks: ['p99<250ms'],
      search: { from: '1x', to: '20x', within: '5%', by: 'copies', step: '15s' },
    });
    expect(await screen.findByText(/^step 2, at 2x/)).toBeTruthy();
    await waitFor(() => expect(series.on).toBe(false), { timeout: 8_000 });
    expect(await screen.findByText(/holds at 4.76x .* and fails at 5.19x/)).toBeTruthy();
    await waitFor(() => expect(fake.asked).toContain('notify shop-friday-knee is over'));
    // none of its runs was told of by itself
    expect(fake.asked.filter((one) => one.startsWith('notify'))).toHaveLength(1);
  }, 20_000);

  it('is opened again from the library, and its runs from it', async () => {
    open({ page: 'library' });
    await fireEvent.click(await screen.findByRole('row', { name: 'search friday-knee' }));
    await screen.findByRole('heading', { name: 'friday-knee' });
    const found = await screen.findByLabelText('What can be said');
    expect(found.textContent).toContain('first to break: POST /checkout');
    const rows = await screen.findAllByRole('row', { name: /^run friday-knee-/ });
    expect(within(rows[0]!).getByText('1x')).toBeTruthy();
    await key('h');
    expect(await screen.findByText('Wrote /home/ada/friday-knee.html')).toBeTruthy();
    await fireEvent.keyDown(rows[0]!, { key: 'Enter' });
    expect(place()).toEqual({ page: 'run', name: 'friday-knee-1-1x' });
  });

  it('is one line among the runs, which unfolds to them by a key or a press', async () => {
    open({ page: 'library' });
    const row = await screen.findByRole('row', { name: 'search friday-knee' });
    const steps = () => screen.queryAllByRole('row', { name: /^run friday-knee-/ });
    const button = within(row).getByRole('button', { name: '8 runs of the search friday-knee' });
    expect(row.textContent).toContain('holds at 4.76x');
    expect([button.textContent, button.getAttribute('aria-expanded')]).toEqual(['8 runs', 'false']);
    expect(steps()).toHaveLength(0);

    await fireEvent.keyDown(row, { key: 'ArrowRight' });
    expect(steps()).toHaveLength(8);
    expect(within(steps()[0]!).getByText('step 8, at 4.76x')).toBeTruthy();
    expect(button.getAttribute('aria-expanded')).toBe('true');
    await fireEvent.keyDown(row, { key: 'ArrowLeft' });
    expect(steps()).toHaveLength(0);
    expect(place().page).toBe('library');

    await fireEvent.click(button);
    await fireEvent.keyDown(steps()[0]!, { key: 'Enter' });
    expect(place()).toEqual({ page: 'run', name: 'friday-knee-8-4.76x' });
    await key('1');
    await screen.findByRole('heading', { name: 'Library' });
    expect(steps()).toHaveLength(8);
  });

  it('is found by its name, and a run of it by its own when the search is not', async () => {
    open({ page: 'library' });
    const wanted = async (words: string) => typed('Find recordings and runs', words);
    const named = (name: string | RegExp) => screen.queryAllByRole('row', { name });
    await wanted('friday-knee');
    await waitFor(() => expect(named(/^run /)).toHaveLength(0));
    expect(named('search friday-knee')).toHaveLength(1);
    await wanted('knee-3');
    await waitFor(() => expect(named('search friday-knee')).toHaveLength(0));
    const [step] = named('run friday-knee-3-4x');
    expect(step?.textContent).toContain('step 3 of the search friday-knee, at 4x');
  });

  it('is deleted with its runs, from its row and from its page, and comes back', async () => {
    open({ page: 'library' });
    const row = () => screen.findByRole('row', { name: 'search friday-knee' });
    await fireEvent.keyDown(await row(), { key: 'Delete' });
    expect(await screen.findByText('Deleted the search friday-knee and its 8 runs')).toBeTruthy();
    expect(screen.queryByRole('row', { name: 'search friday-knee' })).toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: /^Undo/ }));
    await fireEvent.click(await row());
    await screen.findByLabelText('What can be said');
    expect(await screen.findAllByRole('row', { name: /^run friday-knee-/ })).toHaveLength(8);
    await fireEvent.click(screen.getByRole('button', { name: /^Delete/ }));
    await screen.findByRole('heading', { name: 'Library' });
    expect(screen.queryByRole('row', { name: 'search friday-knee' })).toBeNull();
  });

  it('that ended before its first step did says so, and not that there is none', async () => {
    const fake = open({ page: 'library' });
    fake.series.search('short');
    fake.search = async () => {
      if (!fake.series.on) throw { kind: 'usage', message: 'there is no search short' };
      return null;
    };
    void queue.follow('short', true);
    go({ page: 'search', name: 'short' });
    await screen.findByText('The first step is on');
    await key('s');
    expect(await screen.findByText('Nothing was found out')).toBeTruthy();
    expect(screen.queryByText(/there is no search/)).toBeNull();
  });

  it('is stopped as a whole, and another run waits for it', async () => {
    const fake = open({ page: 'library' });
    fake.series.search('mine');
    void queue.follow('mine', true);
    go({ page: 'search', name: 'mine' });
    await waitFor(() => expect(series.on && series.news?.run).toBeTruthy());
    const later = {
      name: 'later',
      start: () =>
        fake.startReplay(
          {
            ...blank('shop-friday'),
            run: 'later',
            http: [{ recorded: '', url: 'http://127.0.0.1:8080' }],
          },
          () => undefined,
        ),
    };
    expect(await queue.start(later)).toBeNull();
    await fireEvent.click(await screen.findByRole('button', { name: /^Stop/ }));
    expect(fake.asked).toContain('stop series');
    await waitFor(() => expect(live.name).toBe('later'), { timeout: 4_000 });
    await fake.stopRun();
    await waitFor(() => expect(live.on).toBe(false));
  });
});

describe('two sides in turn', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('want a target of B, and are compared at the end', async () => {
    const fake = open({ page: 'replay', recording: null });
    await typed('HTTP target', 'http://127.0.0.1:8080');
    await choose('Against two targets');
    expect(await screen.findByText('B needs a target of its own.')).toBeTruthy();
    await typed('HTTP target of B', 'http://127.0.0.1:8081');
    await typed('Runs', '2');
    const start = screen.getByRole('button', { name: /^Start/ });
    await waitFor(() => expect((start as HTMLButtonElement).disabled).toBe(false));
    await key('Enter', true);
    expect(await screen.findByText('run 2 of 4, side B', {}, { timeout: 4_000 })).toBeTruthy();
    const asked = fake.asked.find((one) => one.startsWith('series ')) ?? '';
    expect(JSON.parse(asked.slice(7)).repeat).toMatchObject({
      times: 2,
      b: { http: [{ recorded: '', url: 'http://127.0.0.1:8081' }] },
    });
    await waitFor(() => expect(place().page).toBe('compare'), { timeout: 8_000 });
    const name = form.fields.run.replace(/-ab.*$/, '-ab');
    expect(place()).toEqual({
      page: 'compare',
      a: [`${name}-a-1`, `${name}-a-2`],
      b: [`${name}-b-1`, `${name}-b-2`],
    });
    expect(
      await screen.findByRole('option', {
        name: `${name}-b-1 … ${name}-b-2 (2 runs)`,
        selected: true,
      }),
    ).toBeTruthy();
  }, 20_000);

  it('asks before data of B elsewhere is changed', async () => {
    const fake = open({ page: 'replay', recording: null });
    await typed('HTTP target', 'http://127.0.0.1:8080');
    await choose('Against two targets');
    await typed('HTTP target of B', 'http://staging.example:8080');
    const start = screen.getByRole('button', { name: /^Start/ });
    await waitFor(() => expect((start as HTMLButtonElement).disabled).toBe(false));
    await fireEvent.click(start);
    const question = await screen.findByRole('dialog', { name: /Change data on another machine/ });
    expect(question.textContent).toContain('staging.example:8080');
    expect(fake.asked.some((one) => one.startsWith('series '))).toBe(false);
  });
});
