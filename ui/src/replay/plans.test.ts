import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { dismiss } from '../parts/notices.svelte';
import { go } from '../place.svelte';
import { live } from '../run/live.svelte';
import { controls } from './controls.svelte';
import { blank, form } from './form.svelte';
import { plans } from './plans.svelte';

const button = (name: RegExp | string) => screen.findByRole('button', { name });
const press = async (name: RegExp | string) => fireEvent.click(await button(name));

async function open(): Promise<FakeHost> {
  const fake = new FakeHost(false, 20);
  useHost(fake);
  shelf.library = null;
  Object.assign(form, {
    fields: blank(''),
    faults: [],
    checks: [],
    probes: [],
    rewrites: [],
    correlate: [],
    leftOut: [],
  });
  Object.assign(plans, { cards: null, current: '' });
  Object.assign(controls, { proxies: [], problems: {} });
  go({ page: 'replay', recording: null });
  render(App);
  await screen.findByLabelText('HTTP target');
  return fake;
}

async function type(label: string, value: string): Promise<void> {
  await fireEvent.input(await screen.findByLabelText(label), { target: { value } });
}

/** What the host was asked with this word before it. */
function asked(fake: FakeHost, word: string): Record<string, unknown> {
  const last = fake.asked.findLast((one) => one.startsWith(`${word} `));
  return JSON.parse(last?.slice(word.length + 1) ?? '{}');
}

describe('the plans of the Replay page', () => {
  beforeEach(() => dismiss());
  afterEach(async () => {
    if (live.on) await fireEvent.keyDown(document.body, { key: 's' });
    await waitFor(() => expect(live.on).toBe(false));
    cleanup();
  });

  it('are compared by twos: what they ask for differently, and nothing else', async () => {
    const fake = await open();
    await fake.copyPlan('peak', 'calm');
    await press(/^Plans/);
    const compare = async (name: string) =>
      fireEvent.click(await screen.findByRole('checkbox', { name: `Compare the plan ${name}` }));
    await compare('peak');
    await compare('calm');
    expect(await screen.findByText('peak and calm ask for the same.')).toBeTruthy();
    const { form: calm } = await fake.openPlan('calm');
    await fake.savePlan('calm', { ...calm, faults: [], rateBy: 'recorded' }, true);
    await compare('calm');
    await compare('calm');
    const table = await screen.findByRole('region', { name: /^What peak and calm/ });
    const rows = within(table).getAllByRole('row').slice(1);
    const cells = rows.map((row) => [...row.children].map((cell) => cell.textContent));
    expect(cells).toEqual([
      ['rate', '5x, more users', 'as recorded'],
      ['faults', '20:delay(ms=250)@30s..60s', '–'],
    ]);
  });

  it('are opened in the form, all of it', async () => {
    await open();
    await press(/^Plans/);
    await press('Open the plan peak');
    await waitFor(() => expect(form.fields.rateBy).toBe('copies'));
    expect(form.faults[0]?.text).toBe('20:delay(ms=250)@30s..60s');
    await waitFor(() => expect(form.faults[0]?.read?.behaviour).toBe('delay'));
    expect(form.fields.commands).toEqual([{ at: '60s', command: 'systemctl restart mysql' }]);
    expect(screen.getByLabelText('Time of command 1')).toBeTruthy();
    expect(form.fields.run).toBe('shop-friday-5x-faults');
  });

  it('are kept under a name, replaced, copied and deleted, each with a way back', async () => {
    const fake = await open();
    await press(/^Plans/);
    await screen.findByText('peak');
    await type('Name of the plan', 'calm');
    await press(/^Keep as a plan/);
    await screen.findByText('calm');
    await press('Copy the plan calm');
    await screen.findByText('calm-2');
    await press('Delete the plan calm-2');
    await waitFor(() => expect(screen.queryByText('calm-2')).toBeNull());
    await press(/^Undo/);
    await screen.findByText('calm-2');
    await type('Name of the plan', 'peak');
    await press(/^Replace the plan/);
    await waitFor(() => expect(fake.asked).toContain('save plan peak true'));
  });

  it('are run as they are once their commands are agreed to', async () => {
    const fake = await open();
    await press(/^Plans/);
    await press('Run the plan peak');
    const dialog = await screen.findByRole('dialog');
    const start = () => within(dialog).getByRole('button', { name: /^Start/ }) as HTMLButtonElement;
    expect(dialog.textContent).toContain('60s run systemctl restart mysql');
    expect(start().disabled).toBe(true);
    await fireEvent.click(within(dialog).getByLabelText('run these commands on this machine'));
    await fireEvent.click(start());
    await screen.findByText(/^running \d/);
    expect(asked(fake, 'again')).toMatchObject({ from: 'plan', of: 'peak', runCommands: true });
  });
});

describe('planning', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('shows how far it is, and can be stopped', async () => {
    const fake = await open();
    fake.planning = 200_000;
    await type('HTTP target', 'http://127.0.0.1:8080');
    await screen.findByText(/^reading \d.* of 200,000 exchanges/);
    await press('Stop planning');
    expect(await screen.findByText('Planning was stopped')).toBeTruthy();
    expect(fake.asked).toContain('stop planning');
    fake.planning = 0;
    await press(/^Plan it/);
    expect(await screen.findByText('74,984')).toBeTruthy();
  });
});

describe('proxies under control', () => {
  beforeEach(() => dismiss());
  afterEach(async () => {
    if (live.on) await fireEvent.keyDown(document.body, { key: 's' });
    await waitFor(() => expect(live.on).toBe(false));
    cleanup();
  });

  it('are those of the Proxy page and others by their address, with faults on the same axis', async () => {
    const fake = await open();
    fake.standing.add({
      name: 'db',
      listen: '127.0.0.1:3307',
      to: '127.0.0.1:3306',
      protocol: 'mysql',
      seed: '',
      allowRecordedServer: false,
    });
    await type('HTTP target', 'http://127.0.0.1:8080');
    go({ page: 'library' });
    await screen.findByRole('heading', { name: 'Library' });
    go({ page: 'replay', recording: null });
    await fireEvent.click(await screen.findByRole('checkbox', { name: /^db/ }));
    await press('Add a fault in db');
    expect(form.faults[0]?.text).toBe('5:error(code=1213) via db');
    await press(/^Add a control address/);
    await type('Control address 2', 'http://127.0.0.1:8474');
    expect(await screen.findByText(/has faults of its own on/)).toBeTruthy();
    await type('Control address 2', 'http://127.0.0.1:1');
    expect(await screen.findByText(/connection refused/)).toBeTruthy();
    await press('Remove control address 2');
    await press(/^Add a command/);
    await type('Command 1', 'true');
    const start = () => screen.getByRole('button', { name: /^Start/ }) as HTMLButtonElement;
    await waitFor(() => expect(start().disabled).toBe(false));
    await fireEvent.click(start());
    await screen.findByText(/^running \d/);
    expect(asked(fake, 'replay')).toMatchObject({
      controls: ['http://127.0.0.1:40000'],
      faults: ['5:error(code=1213) via db'],
    });
    expect((asked(fake, 'replay').commands as { command: string }[])[0]?.command).toBe('true');
  });
});
