import { describe, expect, it } from 'vitest';
import type { RunCard } from '../host/bindings';
import { severalOf, sideName } from './sides';

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
