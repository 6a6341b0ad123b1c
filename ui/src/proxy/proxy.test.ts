import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { dismiss } from '../parts/notices.svelte';
import { go } from '../place.svelte';
import { proxies } from './proxies.svelte';

function open(): FakeHost {
  const fake = new FakeHost(false, 200);
  useHost(fake);
  shelf.library = null;
  proxies.cards = [];
  go({ page: 'proxy' });
  render(App);
  return fake;
}

const type = (field: HTMLElement, value: string) => fireEvent.input(field, { target: { value } });
const press = (name: RegExp) => fireEvent.click(screen.getByRole('button', { name }));

async function openProxy(): Promise<HTMLElement> {
  await type(await screen.findByLabelText('Forward to'), 'mysql://127.0.0.1:3306');
  await press(/^Open the proxy/);
  return screen.findByRole('region', { name: 'Proxy db' });
}

describe('the Proxy page', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('opens a proxy and stops it', async () => {
    const fake = open();
    const proxy = await openProxy();
    expect(fake.asked).toContain('proxy mysql 127.0.0.1:3307 to mysql://127.0.0.1:3306');
    expect(proxy.textContent).toContain('127.0.0.1:3307 → 127.0.0.1:3306');
    await fireEvent.click(within(proxy).getByRole('button', { name: 'Stop db' }));
    expect(await screen.findByLabelText('Forward to')).toBeTruthy();
  });

  it('says why a proxy cannot be opened, beside its fields', async () => {
    open();
    await type(await screen.findByLabelText('Forward to'), '127.0.0.1:3306');
    await type(screen.getByLabelText('Listen on'), '127.0.0.1:1');
    await press(/^Open the proxy/);
    expect((await screen.findByRole('alert')).textContent).toContain('choose a port above 1023');
  });

  it('says why a target lets nobody in', async () => {
    open();
    await type(await screen.findByLabelText('Forward to'), 'mysql://127.0.0.1:9');
    await press(/^Open the proxy/);
    const proxy = await screen.findByRole('region', { name: 'Proxy db' });
    expect(within(proxy).getByText('Last trouble: Connection refused (os error 111)')).toBeTruthy();
  });

  it('adds a fault from fields, counts what it does, and switches it off', async () => {
    open();
    const proxy = await openProxy();
    await press(/^Add a fault/);
    const text = (await screen.findByLabelText('The fault as text')) as HTMLInputElement;
    await fireEvent.change(await screen.findByLabelText('Behaviour'), {
      target: { value: 'delay' },
    });
    await fireEvent.change(await screen.findByLabelText('± ms'), { target: { value: '50' } });
    await fireEvent.change(screen.getByLabelText('Per cent'), { target: { value: '20' } });
    await waitFor(() => expect(text.value).toBe('20:delay(ms=250,jitter=50) for UPDATE'));
    await press(/^Switch it on/);
    const flip = await within(proxy).findByRole('switch', { name: /20:delay/ });
    expect(flip.getAttribute('aria-checked')).toBe('true');
    await waitFor(() => expect(proxy.textContent).toContain('1 fault on'));
    await fireEvent.click(flip);
    await waitFor(() => expect(flip.getAttribute('aria-checked')).toBe('false'));
    await fireEvent.keyDown(document.body, { key: '1', ctrlKey: true });
    await waitFor(() => expect(flip.getAttribute('aria-checked')).toBe('true'));
  });

  it('takes all faults as text, and names the line that cannot be read', async () => {
    open();
    const proxy = await openProxy();
    await press(/^As text/);
    const field = await screen.findByLabelText(/Faults of db/);
    await type(field, '20:delay(ms=250)\nnonsense');
    await press(/^Apply/);
    expect((await screen.findByRole('alert')).textContent).toContain('line 2');
    await type(field, '20:delay(ms=250)\n# 1:hang');
    await press(/^Apply/);
    const switches = await within(proxy).findAllByRole('switch');
    expect(switches.map((one) => one.getAttribute('aria-checked'))).toEqual(['true', 'false']);
  });

  it('is asked about before the window closes', async () => {
    const fake = open();
    await openProxy();
    fake.recorder.askToClose?.();
    expect((await screen.findByRole('dialog')).textContent).toContain('A proxy is on');
    await press(/^Stop and close/);
    await waitFor(() => expect(fake.asked).toContain('close'));
  });
});
