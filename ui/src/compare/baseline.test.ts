import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { dismiss } from '../parts/notices.svelte';
import { go } from '../place.svelte';
import { baselines } from './baselines.svelte';

const PINNED = 'friday-1x';
const JUDGED = 'friday-peak at 5x';
const key = (name: string) => fireEvent.keyDown(document.body, { key: name });
const row = (run: string) => screen.findByRole('row', { name: `run ${run}` });

describe('a baseline', () => {
  beforeEach(() => {
    dismiss();
    useHost(new FakeHost(false, 20));
    shelf.library = null;
    go({ page: 'library' });
    render(App);
  });
  afterEach(() => {
    baselines.unpin(PINNED);
    cleanup();
  });

  it('is pinned, marked in the library, compared with from there, and let go', async () => {
    await row(PINNED);
    go({ page: 'compare', a: [PINNED], b: [JUDGED] });
    await screen.findByRole('button', { name: /^Pin A as baseline/ });
    await key('b');
    await screen.findByText(`Runs of shop-friday are compared with ${PINNED} from now on`);

    go({ page: 'library' });
    expect(within(await row(PINNED)).getByText('baseline')).toBeTruthy();
    await fireEvent.click(within(await row(JUDGED)).getByRole('button', { name: /^Compare/ }));
    const a = (await screen.findByLabelText('A, what is compared with')) as HTMLSelectElement;
    expect(a.value).toBe(JSON.stringify([PINNED]));

    await screen.findByRole('button', { name: /^Unpin the baseline/ });
    await key('b');
    await screen.findByText('Runs of shop-friday are compared with the run before them again');
    expect(baselines.of('shop-friday')).toBeUndefined();
  });
});
