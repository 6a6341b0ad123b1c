import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { COMMANDS, FAULTS, RECOVERY } from '../host/fake/effects';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { dismiss } from '../parts/notices.svelte';
import { go } from '../place.svelte';
import { outcome, standing, verdict } from './disturbances';
import { live } from './live.svelte';

const [fault] = FAULTS;
const [command] = COMMANDS;
const [recovery] = RECOVERY;

describe('what disturbed a run', () => {
  beforeEach(() => dismiss());
  afterEach(cleanup);

  it('is listed in the order in which it did, with what users saw and how the run got over it', async () => {
    useHost(new FakeHost(false, 20));
    shelf.library = null;
    Object.assign(live, { on: false, name: null, news: null, hidden: false });
    go({ page: 'run', name: 'friday-peak at 5x' });
    render(App);
    await screen.findByRole('tab', { name: /^Disturbances 3/ });
    await fireEvent.keyDown(document.body, { key: 'd' });
    const rows = (await screen.findAllByRole('row')).slice(1).map((row) => row.textContent ?? '');
    expect(rows[0]).toContain('struck 412 of 8,240 exchanges');
    expect(rows[0]).toContain('31.2 % new errors, 0.10 % before');
    expect(rows[0]).toContain('×6.2');
    expect(rows[1]).toContain('recovered in 2.1 s');
    expect(rows[2]).toContain('done in 1.2 s');
    expect(rows[3]).toContain('had not recovered when the next began');
    await fireEvent.click(screen.getByRole('row', { name: 'command systemctl restart mysql' }));
    expect(screen.getByText(/mysql.service: restarted/)).toBeTruthy();
    const struck = screen.getByRole('row', { name: /^fault 5 %/ });
    await fireEvent.keyDown(struck, { key: 'Enter' });
    expect(screen.getByText('×12.8 (11.8 to 13.8)')).toBeTruthy();
  });

  it('is said in few words', () => {
    expect(verdict({ ...recovery!.total, afterMs: 0 })).toBe('recovered at once');
    expect(verdict({ ...recovery!.total, state: 'not_recovered' })).toBe('has not recovered');
    expect(verdict({ ...recovery!.total, state: 'unknown' })).toContain('too little');
    expect(standing(fault!, 60_000)).toBe('on in 40 s');
    expect(standing(fault!, 150_000)).toBe('on for 50 s more');
    expect(standing(fault!, 230_000)).toBe('over for 30 s');
    expect(standing({ ...fault!, on: false }, 0)).toBe('switched off');
    const pending = { ...command!, tookMs: null };
    expect(outcome(pending, 1_000, true)).toBe('waits');
    expect(outcome(pending, 250_000, true)).toBe('runs');
    expect(outcome(pending, 250_000, false)).toContain('not known');
    expect(outcome({ ...command!, failure: 'ended with exit status: 3' }, 0, false)).toContain('3');
  });
});
