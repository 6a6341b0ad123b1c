import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { failure } from '../host/fake/failure';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { dismiss } from '../parts/notices.svelte';
import { go } from '../place.svelte';
import { form } from './form.svelte';
import { recorder } from './recorder.svelte';

const key = (name: string) => fireEvent.keyDown(document.body, { key: name });

/** The Record page on a fake machine. */
async function open(prepare: (fake: FakeHost) => void = () => undefined): Promise<FakeHost> {
  const fake = new FakeHost(false, 20);
  prepare(fake);
  useHost(fake);
  shelf.library = null;
  recorder.again();
  Object.assign(form, {
    from: 'interfaces',
    command: '',
    chosen: [],
    ports: '',
    filter: '',
    name: '',
    duration: '',
    size: '',
    packets: '',
    exchanges: '',
    rotate: '',
    keep: '',
    raw: false,
    ring: '',
    tap: '',
  });
  go({ page: 'library' });
  render(App);
  await key('2');
  return fake;
}

async function start(): Promise<void> {
  await fireEvent.click(await screen.findByRole('checkbox', { name: /^eth0/ }));
  const button = screen.getByRole('button', { name: /Start recording/ }) as HTMLButtonElement;
  await waitFor(() => expect(button.disabled).toBe(false));
  await fireEvent.click(button);
  await screen.findByRole('button', { name: /^Stop/ });
}

describe('the Record page', () => {
  beforeEach(() => dismiss());
  afterEach(async () => {
    await recorder.stop();
    await waitFor(() => expect(recorder.on).toBe(false));
    cleanup();
  });

  it('records from an interface, goes on beside other pages, and keeps what was recorded', async () => {
    const fake = await open();
    await fireEvent.click(await screen.findByRole('button', { name: /^3306/ }));
    await start();
    expect(fake.asked.at(-1)).toMatch(/"interfaces":\["eth0"\],.*"ports":\[3306\]/);
    expect(await screen.findByText('nothing so far')).toBeTruthy();

    await key('1');
    await screen.findByRole('row', { name: 'recording shop-friday' });
    expect(screen.getByTitle('a recording is on')).toBeTruthy();
    await key('2');
    await key('s');
    await screen.findByRole('button', { name: /Open recording/ });
    expect(screen.queryByTitle('a recording is on')).toBeNull();

    await fireEvent.input(await screen.findByLabelText('Name of the recording'), {
      target: { value: 'monday' },
    });
    await fireEvent.click(screen.getByRole('button', { name: /^Rename/ }));
    await screen.findByRole('heading', { name: 'monday' });
    await key('o');
    await screen.findByRole('tab', { name: /Operations/ });
    expect(screen.getByRole('heading', { name: 'monday' })).toBeTruthy();
  });

  it('records what a command prints, without ports and filter', async () => {
    const fake = await open();
    await fireEvent.click(await screen.findByRole('radio', { name: /^A command/ }));
    expect(screen.queryByLabelText('Ports')).toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: /^docker/ }));
    const button = screen.getByRole('button', { name: /Start recording/ }) as HTMLButtonElement;
    await waitFor(() => expect(button.disabled).toBe(false));
    await fireEvent.click(button);
    await screen.findByRole('button', { name: /^Stop/ });
    expect(fake.asked.at(-1)).toMatch(/"interfaces":\[\],"command":"docker run/);
  });

  it('goes on in a new recording and says which came before', async () => {
    const fake = await open();
    await fireEvent.input(await screen.findByLabelText('Name of the recording'), {
      target: { value: 'hourly' },
    });
    await fireEvent.input(screen.getByLabelText(/^Rotate after/), { target: { value: 'often' } });
    expect(await screen.findByText(/neither a time nor a size/)).toBeTruthy();
    await fireEvent.input(screen.getByLabelText(/^Rotate after/), { target: { value: '10m' } });
    await fireEvent.input(screen.getByLabelText(/^Keep so many/), { target: { value: '6' } });
    await start();
    expect(fake.asked.at(-1)).toMatch(/"rotate":"10m","keep":6/);
    await screen.findByText('part 2');
    await screen.findByRole('heading', { name: 'hourly-2' });
    await key('s');
    expect(await screen.findByText(/The last part of/)).toBeTruthy();
  });

  it('says which command grants the right to capture when there is none', async () => {
    const fake = await open((fake) => (fake.recorder.mayCapture = false));
    expect(await screen.findByText(/Nothing can be recorded yet/)).toBeTruthy();
    const copy = screen.getByRole('button', { name: /^Copy the command sudo setcap/ });
    expect(copy).toBeTruthy();
    expect((screen.getByRole('checkbox', { name: /^eth0/ }) as HTMLInputElement).disabled).toBe(
      true,
    );
    fake.recorder.mayCapture = true;
    await key('g');
    await waitFor(() => expect(screen.queryByText(/Nothing can be recorded yet/)).toBeNull());
    expect(screen.getByText('sudo ip link set wlan0 up')).toBeTruthy();
  });

  it('says in red and in words what is lost while it is lost', async () => {
    await open((fake) => (fake.recorder.drops = true));
    await start();
    expect((await screen.findAllByText(/packets dropped before they could be read/)).length).toBe(
      2,
    );
    expect(screen.getByText(/narrow the capture/)).toBeTruthy();
  });

  it('keeps what there is when storing fails, and says why', async () => {
    const fake = await open();
    await start();
    fake.recorder.failsWith = failure('internal', 'the disk is full');
    expect((await screen.findByRole('alert')).textContent).toContain('the disk is full');
    expect(await screen.findByText('incomplete')).toBeTruthy();
    await key('n');
    await screen.findByRole('button', { name: /Start recording/ });
  });

  it('goes back to the form with the reason when nothing came of it', async () => {
    const fake = await open();
    await start();
    fake.recorder.failsWith = failure('usage', 'it printed nothing');
    expect((await screen.findByRole('alert')).textContent).toContain('it printed nothing');
    await screen.findByRole('button', { name: /Start recording/ });
  });

  it('stores secrets as they are only after that was said twice', async () => {
    const fake = await open();
    const box = await screen.findByLabelText(/store raw/);
    await fireEvent.click(box);
    await key('Escape');
    expect(form.raw).toBe(false);
    await fireEvent.click(box);
    await fireEvent.click(screen.getByRole('button', { name: 'Store raw' }));
    await start();
    expect(fake.asked.at(-1)).toContain('"raw":true');
    expect(await screen.findByText('raw')).toBeTruthy();
    await key('s');
    await screen.findByRole('button', { name: /Open recording/ });
    await key('1');
    const row = await screen.findByRole('row', { name: `recording ${recorder.name}` });
    expect(within(row).getByText('raw')).toBeTruthy();
  });

  it('asks before the window closes on a recording, and closes when that is wanted', async () => {
    const fake = await open();
    await start();
    fake.recorder.askToClose?.();
    await screen.findByText('A recording is on');
    await key('Escape');
    await waitFor(() => expect(screen.queryByText('A recording is on')).toBeNull());
    expect(recorder.on).toBe(true);
    fake.recorder.askToClose?.();
    await fireEvent.click(await screen.findByRole('button', { name: 'Stop and close' }));
    await waitFor(() => expect(fake.asked).toContain('close'));
  });
});
