import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { dismiss } from '../parts/notices.svelte';
import { readKept } from '../parts/kept';
import { go } from '../place.svelte';
import { AS_DESIGNED, setZoom } from '../zoom.svelte';
import { changes, redaction } from './redaction.svelte';

const EDITOR = 'Redaction rules, TOML';

async function open(): Promise<FakeHost> {
  const fake = new FakeHost(false, 1);
  useHost(fake);
  shelf.library = null;
  redaction.inForce = null;
  redaction.revert();
  go({ page: 'settings' });
  render(App);
  await screen.findByLabelText(EDITOR);
  return fake;
}

async function type(text: string): Promise<void> {
  await fireEvent.input(screen.getByLabelText(EDITOR), { target: { value: text } });
}

const button = (name: RegExp) => screen.getByRole('button', { name }) as HTMLButtonElement;

describe('the redaction rules', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('are listed with where they come from', async () => {
    const fake = await open();
    expect(await screen.findByText(/The built-in rules alone/)).toBeTruthy();
    expect(fake.asked.filter((asked) => asked === 'rules')).toHaveLength(1);
    expect(screen.getByText('authorization')).toBeTruthy();
    expect(button(/^Save/).disabled).toBe(true);
  });

  it('name the line that cannot be read and are not saved with it', async () => {
    await open();
    await type('# mine\nemail = column users.email\nnonsense');
    expect(await screen.findByText(/line 3: 'nonsense' is no rule/)).toBeTruthy();
    expect(button(/^Save/).disabled).toBe(true);
    expect(button(/^Preview/).disabled).toBe(true);
  });

  it('are saved after saying what changes, and go back when that is asked for', async () => {
    const fake = await open();
    await type('email = column users.email');
    await waitFor(() => expect(button(/^Save/).disabled).toBe(false));
    await fireEvent.click(button(/^Save/));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText('email')).toBeTruthy();
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Save the rules' }));
    await waitFor(() => expect(fake.rules.text).toBe('email = column users.email'));
    expect(await screen.findByText('/home/ada/.config/reprise/redaction.toml')).toBeTruthy();

    await type('phone = column users.phone');
    await waitFor(() => expect(button(/^Revert/).disabled).toBe(false));
    await fireEvent.click(button(/^Revert/));
    await fireEvent.click(await screen.findByRole('button', { name: 'Throw away' }));
    expect((screen.getByLabelText(EDITOR) as HTMLTextAreaElement).value).toBe(
      'email = column users.email',
    );
  });

  it('show what they would replace in a recording, before and after', async () => {
    await open();
    await waitFor(() => expect(button(/^Preview/).disabled).toBe(false));
    await fireEvent.click(button(/^Preview/));
    expect(await screen.findByText('4,210')).toBeTruthy();
    expect(screen.getByText('eyJhbGciOi').tagName).toBe('DEL');
    expect(screen.getByText('rp_k7q2m5xh').tagName).toBe('INS');
  });

  it('differ by the names that come and go', () => {
    const named = (...names: string[]) => names.map((name) => ({ name }));
    expect(changes(named('a', 'b'), named('b', 'c'))).toEqual({ gone: ['a'], added: ['c'] });
  });
});

describe('the size of everything', () => {
  afterEach(async () => {
    await setZoom(AS_DESIGNED);
    cleanup();
  });

  it('is changed by keys and buttons, has an end, and is kept', async () => {
    const fake = await open();
    const press = (name: string) => fireEvent.keyDown(document.body, { key: name, ctrlKey: true });
    await press('+');
    await fireEvent.click(screen.getByRole('button', { name: 'Larger' }));
    expect(await screen.findByText('Size of everything: 125 %')).toBeTruthy();
    for (let i = 0; i < 5; i += 1) await press('=');
    expect(await screen.findByText('Size of everything: 200 %')).toBeTruthy();
    expect(fake.asked.filter((asked) => asked.startsWith('zoom')).at(-1)).toBe('zoom 2');
    expect(readKept('zoom', AS_DESIGNED)).toBe(200);
    await press('0');
    expect(await screen.findByText('Size of everything: 100 %')).toBeTruthy();
  });
});
