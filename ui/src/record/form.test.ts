import { beforeEach, describe, expect, it } from 'vitest';
import { FakeHost } from '../host/fake/fake';
import { useHost } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { form, nameFromTime, readPorts, togglePort } from './form.svelte';

const NOON = new Date(2026, 10, 21, 12, 5);

describe('the ports field', () => {
  it('takes numbers apart by commas and spaces, each once', () => {
    expect(readPorts(' 80, 3306 8080,,80 ').ports).toEqual([80, 3306, 8080]);
    expect(readPorts('').ports).toEqual([]);
  });

  it('names the first word that is no port', () => {
    for (const wrong of ['http', '0', '65536', '-1', '8o'])
      expect(readPorts(`80, ${wrong}`).wrong).toBe(wrong);
  });

  it('takes a usual port in and out', () => {
    expect(togglePort('', 80)).toBe('80');
    expect(togglePort('80', 3306)).toBe('80, 3306');
    expect(togglePort('80, 3306', 80)).toBe('3306');
    expect(togglePort('eighty', 80)).toBe('eighty');
  });
});

describe('the name of a recording', () => {
  beforeEach(async () => {
    useHost(new FakeHost(false, 1));
    form.name = '';
    await shelf.refresh();
  });

  it('says when it was made, with a number when that is taken', () => {
    expect(nameFromTime(NOON)).toBe('2026-11-21-1205');
    shelf.library!.recordings[0]!.name = '2026-11-21-1205';
    form.suggestName(NOON);
    expect(form.name).toBe('2026-11-21-1205-2');
  });

  it('is left alone once it was typed, and refused while it is taken', () => {
    form.suggestName(NOON);
    form.name = 'checkout-peak';
    form.suggestName(new Date(2026, 10, 21, 12, 6));
    expect(form.name).toBe('checkout-peak');
    expect(form.nameProblem).toContain('there is a recording named checkout-peak already');
  });
});

describe('the filter field', () => {
  it('is read by the host, and says what is wrong until it is right', async () => {
    useHost(new FakeHost(false, 1));
    form.filter = 'tcp prot 80';
    await form.checkFilter();
    expect(form.filterProblem).toContain('syntax error');
    form.filter = 'tcp port 80';
    await form.checkFilter();
    expect(form.filterProblem).toBe('');
  });
});

describe('the interfaces', () => {
  it('are several, or the one that stands for all', () => {
    form.chosen = [];
    for (const name of ['eth0', 'lo']) form.toggle(name);
    expect(form.chosen).toEqual(['eth0', 'lo']);
    form.toggle('any');
    expect(form.chosen).toEqual(['any']);
    form.toggle('lo');
    expect(form.chosen).toEqual(['lo']);
    form.toggle('lo');
    expect(form.chosen).toEqual([]);
  });
});

describe('how much', () => {
  it('is a size or a count, or nothing', () => {
    for (const right of ['', '500MB', '2GiB', '64 k', '1.5g']) {
      form.size = right;
      expect(form.limitProblems.size).toBe('');
    }
    form.size = 'much';
    expect(form.limitProblems.size).toContain('write 500MB');
    form.size = '';
    form.exchanges = '10k';
    expect(form.missing).toBeTruthy();
    expect(form.limitProblems.exchanges).toContain('write 100000');
    form.exchanges = '100000';
    expect(form.complete().exchanges).toBe(100_000);
    form.exchanges = '';
    expect(form.complete().exchanges).toBeNull();
  });
});

describe('how long', () => {
  it('is a number with a unit, or nothing', () => {
    for (const right of ['', '10m', '1.5h', '30', '90 s', '500ms']) {
      form.duration = right;
      expect(form.limitProblems.duration).toBe('');
    }
    form.duration = 'a while';
    expect(form.limitProblems.duration).toContain('write 30s, 5m or 1h');
    form.duration = '';
  });
});
