import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { FakeHost } from '../host/fake/fake';
import { NOTHING } from '../host/fake/planning';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { dismiss } from '../parts/notices.svelte';
import { go } from '../place.svelte';
import { live } from '../run/live.svelte';
import { blank, form } from './form.svelte';

const key = (name: string) => fireEvent.keyDown(document.body, { key: name });
const start = () => screen.getByRole('button', { name: /^Start/ }) as HTMLButtonElement;

/** The Replay page with an empty form. */
async function open(): Promise<FakeHost> {
  const fake = new FakeHost(false, 20);
  useHost(fake);
  shelf.library = null;
  Object.assign(form, {
    fields: blank(''),
    faults: [],
    checks: [],
    probes: [],
    watch: [],
    rewrites: [],
    correlate: [],
    correlations: [],
    fidelityOpen: true,
  });
  go({ page: 'replay', recording: null });
  render(App);
  await screen.findByLabelText('HTTP target');
  return fake;
}

async function type(label: string, value: string): Promise<void> {
  await fireEvent.input(await screen.findByLabelText(label), { target: { value } });
}

async function planned(url = 'http://127.0.0.1:8080'): Promise<void> {
  await type('HTTP target', url);
  await screen.findByText('74,984');
  await waitFor(() => expect(start().disabled).toBe(false));
}

/** What the host was asked to replay. */
function asked(fake: FakeHost): Record<string, unknown> {
  const last = fake.asked.findLast((one) => one.startsWith('replay '));
  return JSON.parse(last?.slice('replay '.length) ?? '{}');
}

describe('the Replay page', () => {
  beforeEach(() => dismiss());
  afterEach(async () => {
    if (live.on) await key('s');
    await waitFor(() => expect(live.on).toBe(false));
    cleanup();
  });

  it('sends parts of the recording to targets of their own', async () => {
    const fake = await open();
    await planned();
    await fireEvent.click(screen.getByRole('button', { name: /another target/ }));
    await type('Recorded 2', '/api');
    await type('HTTP target 2', 'http://127.0.0.1:9000');
    await waitFor(() => expect(start().disabled).toBe(false));
    await fireEvent.click(start());
    await screen.findByText(/^running \d/);
    expect(asked(fake).http).toEqual([
      { recorded: '', url: 'http://127.0.0.1:8080' },
      { recorded: '/api', url: 'http://127.0.0.1:9000' },
    ]);
  });

  it('shows what would be sent and why it cannot start all the same', async () => {
    await open();
    await planned();
    expect(screen.queryByText('This cannot start')).toBeNull();
    await type('Filter', NOTHING);
    const why = await screen.findByText(/failed to send anything/);
    expect(why.getAttribute('role')).toBe('alert');
    expect(screen.getByText('74,984')).toBeTruthy();
  });

  it('says so when it is the mean rate that gives the number', async () => {
    await open();
    await planned();
    await type('Duration', '1m');
    expect(await screen.findByText('≈ 74,984')).toBeTruthy();
  });

  it('lists what is swapped, and keeps in sight what the user leaves as recorded', async () => {
    const fake = await open();
    await planned();
    const list = await screen.findByRole('list', { name: 'Values taken from the target' });
    expect(list.textContent).toContain('POST /checkout json:order_id → GET /orders/{id} path:2');
    const box = within(list).getByRole('checkbox', { name: 'order_id' }) as HTMLInputElement;
    await fireEvent.click(box);
    await waitFor(() => expect(start().disabled).toBe(false));
    expect(within(list).getAllByRole('checkbox')).toHaveLength(3);
    await fireEvent.click(start());
    await screen.findByText(/^running \d/);
    expect(asked(fake).noCorrelate).toEqual(['order_id']);
  });

  it('says of a rule how many requests it changes, and warns of one that changes none', async () => {
    await open();
    await planned();
    await fireEvent.click(screen.getByRole('button', { name: 'header:X-Env=staging' }));
    expect(await screen.findByText('changes 4902 requests')).toBeTruthy();
    await type('rule 1', 'path:s|^/v1/|/v2/|');
    expect(await screen.findByText(/changes no request/)).toBeTruthy();
    await type('rule 1', 'nonsense');
    expect(await screen.findByText(/is not a rule/)).toBeTruthy();
    expect(start().disabled).toBe(true);
  });

  it('tries the targets before anything is sent', async () => {
    await open();
    await planned('http://127.0.0.1:9');
    await key('t');
    expect(await screen.findByText(/connection refused/)).toBeTruthy();
    await planned();
    expect(screen.queryByText(/connection refused/)).toBeNull();
    await key('t');
    expect(await screen.findByText('http://127.0.0.1:8080 answers')).toBeTruthy();
  });

  it('asks before data on another machine is changed, and not when nothing is', async () => {
    const fake = await open();
    await planned('http://staging.example');
    await fireEvent.click(start());
    expect(await screen.findByText(/Change data on another machine/)).toBeTruthy();
    expect(screen.getByText(/POST \/checkout, POST \/login/)).toBeTruthy();
    await key('Escape');
    expect(fake.asked.some((one) => one.startsWith('replay'))).toBe(false);
    await fireEvent.click(screen.getByLabelText('send no writes'));
    await waitFor(() => expect(start().disabled).toBe(false));
    await fireEvent.click(start());
    await screen.findByText(/^running \d/);
    expect(asked(fake).readOnly).toBe(true);
  });

  it('offers to send to a recorded server only where that is why it is refused', async () => {
    await open();
    const offer = () =>
      screen.queryByLabelText(/although it was a server/) as HTMLInputElement | null;
    for (const elsewhere of ['http://nowhere.example', 'http://other.example', 'nonsense']) {
      await type('HTTP target', elsewhere);
      await screen.findByText(/^(Refused|This cannot start)$/);
      await waitFor(() =>
        expect(form.failure?.message).toContain(elsewhere.replace('http://', '')),
      );
      expect(offer()).toBeNull();
    }
    await type('HTTP target', 'http://shop.example');
    await waitFor(() => expect(offer()).not.toBeNull());
    await fireEvent.click(offer()!);
    await screen.findByText('74,984');
    // What was allowed can be taken back.
    await fireEvent.click(offer()!);
    expect((await screen.findByRole('alert')).textContent).toContain('was a server');
  });

  it('shows a run that is over with its probes and where its answers differed', async () => {
    await open();
    go({ page: 'run', name: 'friday-peak at 5x' });
    await fireEvent.click(await screen.findByRole('tab', { name: /^Probes 2/ }));
    expect(screen.getByRole('cell', { name: 'operation:/cart' })).toBeTruthy();
    await key('u');
    expect(screen.getByRole('cell', { name: 'db: row lock waits' })).toBeTruthy();
    expect(screen.getByRole('cell', { name: /^db told nothing at 1:12/ })).toBeTruthy();
    await key('m');
    const row = await screen.findByRole('row', { name: 'POST /checkout, json:eta: 20 kept' });
    await fireEvent.click(row);
    expect(screen.getByText(/"eta":"2 days"/)).toBeTruthy();
    expect(screen.getByText(/"eta":"tomorrow"/)).toBeTruthy();
  });
});
