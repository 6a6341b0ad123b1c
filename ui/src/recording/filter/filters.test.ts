import { describe, expect, it } from 'vitest';
import { completions, withTerm } from './filters.svelte';

const OPERATIONS = ['GET /cart/{id}', 'SELECT * FROM item WHERE id = ?'];
const VALUES = [
  { key: 'protocol', value: 'mysql', count: 51_120 },
  { key: 'status', value: '200', count: 70 },
  { key: 'status', value: '503', count: 4 },
  { key: 'method', value: 'GET', count: 70 },
];

const terms = (filter: string) =>
  completions(filter, OPERATIONS, VALUES).map((option) => option.filter);

describe('a filter', () => {
  it('is completed from the recording, most frequent first, then from its language', () => {
    expect(terms('method:GET stat')[0]).toBe('method:GET status:');
    expect(terms('status:').slice(0, 3)).toEqual(['status:200', 'status:503', 'status:error']);
    expect(completions('status:5', OPERATIONS, VALUES)[0]).toMatchObject({ count: 4 });
    expect(terms('-prot')).toContain('-protocol:mysql');
    expect(terms('operation:cart')).toEqual(['operation:"GET /cart/{id}"']);
    expect(terms('item')).toEqual(['operation:"SELECT * FROM item WHERE id = ?"']);
    expect(terms('operation:"GET /cart/{id}" me')).toEqual([
      'operation:"GET /cart/{id}" method:',
      'operation:"GET /cart/{id}" method:GET',
    ]);
  });

  it('offers every key to who begins a word', () => {
    expect(terms('')).toContain('connection:');
    expect(terms('method:GET ')).toContain('method:GET took:');
  });

  it('takes a value in, or leaves it out', () => {
    expect(withTerm('status:5xx took:>1s', 'status', '404', false)).toBe('took:>1s status:404');
    expect(withTerm('status:5xx', 'operation', 'GET /cart/{id}', true)).toBe(
      'status:5xx -operation:"GET /cart/{id}"',
    );
    expect(withTerm('status:404 a', 'status', '404', true)).toBe('a -status:404');
    expect(withTerm('-status:404', 'status', '404', false)).toBe('status:404');
    expect(withTerm('request:"a b" x', 'request', 'c d', false)).toBe('x request:"c d"');
  });

  it('quotes what was captured so that it stays one term', () => {
    expect(withTerm('', 'request', 'say "hi" \\', false)).toBe('request:"say \\"hi\\" \\\\"');
    const twice = withTerm(withTerm('', 'request', 'a "b" c', false), 'status', '200', false);
    expect(twice).toBe('request:"a \\"b\\" c" status:200');
  });
});
