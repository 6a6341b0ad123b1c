import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from './App.svelte';
import { FakeHost } from './host/fake/fake';
import { useHost } from './host/host';
import { shelf } from './library/shelf.svelte';
import { dismiss } from './parts/notices.svelte';
import { go } from './place.svelte';

/** The window on a fake host, as a user meets it: by name, by role, by key. */
function open(empty = false): FakeHost {
  const fake = new FakeHost(empty, 20);
  useHost(fake);
  shelf.library = null;
  go({ page: 'library' });
  render(App);
  return fake;
}

const key = (name: string) => fireEvent.keyDown(document.body, { key: name });

describe('the window', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('lists recordings and runs, with what is missing from a recording', async () => {
    open();
    const row = await screen.findByRole('row', { name: 'recording checkout-peak' });
    expect(within(row).getByText('1804 packets cut short')).toBeTruthy();
    expect(screen.getByRole('row', { name: 'run friday-10x' }).textContent).toContain(
      'generator late',
    );
  });

  it('offers the sample, and the command that grants the right to record, in an empty file', async () => {
    const fake = open(true);
    expect((await screen.findByText(/setcap/)).textContent).toContain('cap_net_raw');
    await fireEvent.click(screen.getByRole('button', { name: /Import the sample shop/ }));
    await screen.findByRole('heading', { name: 'shop' });
    expect(fake.asked).toContain('import /usr/share/reprise/shop.pcapng as shop');
  });

  it('imports a typed path under a name taken from it', async () => {
    const fake = open();
    await screen.findByRole('row', { name: 'recording shop-friday' });
    await key('i');
    await fireEvent.input(await screen.findByLabelText(/Capture files/), {
      target: { value: '/var/tmp/shop-friday.pcapng' },
    });
    await fireEvent.click(screen.getByRole('button', { name: /^Import/ }));
    await screen.findByRole('heading', { name: 'shop-friday-2' });
    expect(fake.asked).toContain('import /var/tmp/shop-friday.pcapng as shop-friday-2');
  });

  it('keeps the form open and says why when a file cannot be read', async () => {
    open();
    await screen.findByRole('row', { name: 'recording shop-friday' });
    await key('i');
    await fireEvent.input(await screen.findByLabelText(/Capture files/), {
      target: { value: '/notes.txt' },
    });
    await fireEvent.input(screen.getByLabelText(/Name of the recording/), {
      target: { value: 'notes' },
    });
    await fireEvent.click(screen.getByRole('button', { name: /^Import/ }));
    expect(await screen.findByText(/neither pcap nor pcapng/)).toBeTruthy();
    expect(screen.getByLabelText(/Capture files/)).toBeTruthy();
  });

  it('deletes a run and takes it back', async () => {
    open();
    const row = await screen.findByRole('row', { name: 'run friday-1x' });
    await fireEvent.keyDown(row, { key: 'Delete' });
    await waitFor(() => expect(screen.queryByRole('row', { name: 'run friday-1x' })).toBeNull());
    await fireEvent.click(screen.getByRole('button', { name: /Undo/ }));
    expect(await screen.findByRole('row', { name: 'run friday-1x' })).toBeTruthy();
  });

  it('says that this user may record once that is so', async () => {
    const fake = open(true);
    await screen.findByText(/cannot record from an interface/);
    fake.rights = { subject: 'capture', health: 'good', found: '2 of 2 interfaces', fix: null };
    await fireEvent.click(screen.getByRole('button', { name: /Look again/ }));
    expect(await screen.findByText(/may record from this machine/)).toBeTruthy();
    expect(screen.queryByText(/setcap/)).toBeNull();
  });

  it('opens the sample shop as a target, with the password that its customers need', async () => {
    open();
    await key('3');
    await fireEvent.click(await screen.findByRole('button', { name: /^Use the sample shop/ }));
    await waitFor(() =>
      expect((screen.getByLabelText('HTTP target') as HTMLInputElement).value).toBe(
        'http://127.0.0.1:40080',
      ),
    );
    const secret = (await screen.findByLabelText('Value of secret 1')) as HTMLInputElement;
    expect(secret.value).toBe('correct horse battery staple');
    expect(await screen.findByText(/sample shop is open/)).toBeTruthy();
  });

  it('shows what a replay would send and refuses a host until it is allowed', async () => {
    open();
    await key('3');
    await fireEvent.input(await screen.findByLabelText('HTTP target'), {
      target: { value: 'http://other.example' },
    });
    expect(await screen.findByText(/other.example is not allowed/)).toBeTruthy();
    expect((screen.getByRole('button', { name: /Start/ }) as HTMLButtonElement).disabled).toBe(
      true,
    );
    await key('w');
    await fireEvent.click(await screen.findByRole('button', { name: /^Allow other.example/ }));
    expect(await screen.findByText('74,984')).toBeTruthy();
    expect(screen.getByText('downstream')).toBeTruthy();
  });

  it('says what is wrong with a fault as it is typed, and starts once it is right', async () => {
    const fake = open();
    await key('3');
    await fireEvent.input(await screen.findByLabelText('HTTP target'), {
      target: { value: 'http://127.0.0.1:8080' },
    });
    await key('f');
    const field = await screen.findByLabelText('fault 1');
    await fireEvent.input(field, { target: { value: 'nonsense' } });
    expect(await screen.findByText(/is not a fault/)).toBeTruthy();
    expect(await screen.findByText(/^This cannot be read/)).toBeTruthy();
    await fireEvent.input(field, { target: { value: '5:error(status=503)@10s..20s for http' } });
    const start = screen.getByRole('button', { name: /Start/ }) as HTMLButtonElement;
    await waitFor(() => expect(start.disabled).toBe(false), { timeout: 3_000 });
    await fireEvent.click(start);
    expect(await screen.findByText(/^running \d/)).toBeTruthy();
    expect(
      fake.asked.some((asked) => asked.includes('5:error(status=503)@10s..20s for http')),
    ).toBe(true);

    await fireEvent.click(await screen.findByRole('switch', { name: /Fault 5 %/ }));
    expect(fake.asked).toContain('fault 0 off');
    await key('s');
    expect(await screen.findByText('stopped')).toBeTruthy();
  });

  it('suggests a name for the run, and keeps one that was typed', async () => {
    open();
    await key('3');
    const name = (await screen.findByLabelText('Name of the run')) as HTMLInputElement;
    await waitFor(() => expect(name.value).toContain('shop-friday'));
    await fireEvent.input(name, { target: { value: 'before-the-index' } });
    await key('f');
    await fireEvent.input((await screen.findAllByLabelText(/^fault \d+$/)).at(-1)!, {
      target: { value: '20:delay(ms=250)' },
    });
    expect(name.value).toBe('before-the-index');
  });

  it('says in words what changed between two runs, the surest changes first', async () => {
    open();
    await screen.findByRole('row', { name: 'run friday-1x' });
    go({ page: 'compare', a: ['friday-5x-clean'], b: ['friday-peak at 5x'] });
    expect(await screen.findByText(/B is worse/)).toBeTruthy();
    const operations = screen.getAllByRole('row').slice(1);
    expect(operations[0]?.textContent).toContain('UPDATE stock');
    expect(operations.at(-1)?.textContent).toContain('too few');
  });

  it('compares again when another change is the least that counts', async () => {
    const fake = open();
    await screen.findByRole('row', { name: 'run friday-1x' });
    go({ page: 'compare', a: ['friday-5x-clean'], b: ['friday-peak at 5x'] });
    const field = await screen.findByLabelText('Least change that counts, in percent');
    const type = (value: string) => fireEvent.input(field, { target: { value } });
    await type('12');
    const asked = 'compare friday-5x-clean with friday-peak at 5x from 0.12';
    await waitFor(() => expect(fake.asked).toContain(asked));
    await type('120');
    expect(await screen.findByText('between 0 and 100 %')).toBeTruthy();
    expect(fake.asked.some((one) => one.endsWith('from 1.2'))).toBe(false);
    await type('');
    await waitFor(() => expect(screen.queryByText('between 0 and 100 %')).toBeNull());
  });

  it('shows every exchange of a recording and one of them as text', async () => {
    open();
    await fireEvent.click(await screen.findByRole('row', { name: 'recording shop-friday' }));
    await screen.findByRole('tab', { name: /Operations/ });
    await key('e');
    const grid = await screen.findByRole('grid', { name: 'Exchanges' });
    await waitFor(() => expect(grid.querySelector('#row-0')?.textContent).toContain('200'));
    await fireEvent.click(grid.querySelector('#row-0')!);
    expect(await screen.findByText(/→ 10\.0\.9\./)).toBeTruthy();
  });
});
