import { describe, expect, it } from 'vitest';
import type { RunCard } from '../host/bindings';
import { bySearch, comparedWith, newest, severalOf, sideName } from './sides';

const run = (name: string, recording = 'friday', state = 'complete') =>
  ({ name, recording, state }) as RunCard;

describe('sides of several runs', () => {
  it('are complete runs of one recording that differ in their number', () => {
    const runs = [
      run('x-b-10'),
      run('x-b-9'),
      run('x-a-2'),
      run('x-a-1'),
      run('x-a-3', 'friday', 'stopped'),
      run('x-a-4', 'monday'),
      run('alone-1'),
      run('friday'),
    ];
    expect(severalOf(runs)).toEqual([
      { label: 'x-b-9 … x-b-10 (2 runs)', names: ['x-b-9', 'x-b-10'] },
      { label: 'x-a-1 … x-a-2 (2 runs)', names: ['x-a-1', 'x-a-2'] },
    ]);
  });

  it('are called by their first and last', () => {
    expect(sideName(['friday'])).toBe('friday');
    expect(sideName(['x-1', 'x-2', 'x-3'])).toBe('x-1 … x-3 (3 runs)');
  });
});

const step = (search: string, number: number) => ({
  ...run(`${search}-${number}-${number}x`),
  search: { name: search, step: number, times: number },
});

describe('what is compared unless said otherwise', () => {
  it('is no step of a search while there is something else', () => {
    const runs = [step('edge', 2), step('edge', 1), run('later'), step('old', 1), run('first')];
    expect(newest(runs)).toBe('later');
    expect(comparedWith(runs, 'later', 'friday')).toBe('first');
    expect(comparedWith(runs, 'edge-2-2x', 'friday')).toBe('later');
    expect(comparedWith(runs, 'first', 'friday')).toBe('friday');
    expect(newest(runs.slice(0, 2))).toBe('edge-2-2x');
    expect(comparedWith(runs.slice(0, 2), 'edge-2-2x', 'friday')).toBe('friday');
    expect(newest([])).toBeUndefined();
  });

  it('is a run of the same recording', () => {
    const runs = [run('b'), run('other', 'monday'), run('a')];
    expect(comparedWith(runs, 'b', 'friday')).toBe('a');
  });
});

describe('a pinned run', () => {
  it('is what others are compared with, while there is it, and not itself', () => {
    const runs = [run('c'), run('b'), run('a')];
    expect(comparedWith(runs, 'c', 'friday', 'a')).toBe('a');
    expect(comparedWith(runs, 'b', 'friday', 'c')).toBe('c');
    expect(comparedWith(runs, 'c', 'friday', 'c')).toBe('b');
    expect(comparedWith(runs, 'c', 'friday', 'deleted')).toBe('b');
  });
});

describe('steps of searches', () => {
  it('are offered by search, and are no several runs of one plan', () => {
    const numbered = { ...step('edge', 1), name: 'edge-1' };
    const runs = [run('b'), step('edge', 2), numbered, step('old', 1)];
    expect(bySearch(runs).map(([search, steps]) => [search, steps.length])).toEqual([
      ['edge', 2],
      ['old', 1],
    ]);
    expect(severalOf([numbered, { ...step('edge', 2), name: 'edge-2' }])).toEqual([]);
  });
});
