import { describe, expect, it } from 'vitest';
import { bytes, change, clock, count, duration, percent, shortCount, span, when } from './format';

describe('numbers as people read them', () => {
  it.each([
    [8, '0.008 ms'],
    [80, '0.08 ms'],
    [8_200, '8.2 ms'],
    [61_000, '61 ms'],
    [412_000, '412 ms'],
    [999_900, '1.0 s'],
    [1_200_000, '1.2 s'],
    [75_000_000, '1:15'],
    [null, '–'],
  ])('a duration of %s microseconds', (us, words) => {
    expect(duration(us)).toBe(words);
  });

  it.each([
    [0, '0 %'],
    [0.0371, '3.71 %'],
    [0.142, '14.2 %'],
    [0.00001, '< 0.01 %'],
  ])('a share of %s', (share, words) => {
    expect(percent(share)).toBe(words);
  });

  it.each([
    [0.38, '+38 %'],
    [-0.03, '−3 %'],
    [0.029, '+2.9 %'],
    [9.999, '+1,000 %'],
    [10.01, '×11'],
    [12.6, '×14'],
    [98.99, '×100'],
    [2_724.11, '×2,700'],
    [-0.999, '−100 %'],
    [0.0001, '0 %'],
    [null, 'n/a'],
  ])('a change of %s', (share, words) => {
    expect(change(share)).toBe(words);
  });

  it('keeps counts whole until they are long', () => {
    expect(count(1_495_500)).toBe('1,495,500');
    expect(shortCount(4_981)).toBe('4,981');
    expect(shortCount(62_460)).toBe('62 k');
    expect(shortCount(1_520_000)).toBe('1.5 M');
    expect(bytes(512)).toBe('512 B');
    expect(bytes(3_400_000)).toBe('3.4 MB');
  });

  it('tells times of day, of a run and of an hour', () => {
    const now = new Date(2026, 10, 21, 15, 0);
    expect(when(new Date(2026, 10, 21, 14, 2).toISOString(), now)).toBe('today 14:02');
    expect(when(new Date(2026, 10, 20, 14, 2).toISOString(), now)).toBe('yesterday 14:02');
    expect(when('not a time', now)).toBe('–');
    expect(clock(161_000)).toBe('2:41');
    expect(clock(3_725_000)).toBe('1:02:05');
    expect(span(9_400)).toBe('9.4 s');
    expect(span(301_400)).toBe('5 min 01 s');
    expect(span(3_600_000)).toBe('1 h 00 min');
  });
});
