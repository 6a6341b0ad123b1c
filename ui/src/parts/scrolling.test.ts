import { describe, expect, it } from 'vitest';
import { atOf, elementHeight, scrolled, TALLEST, topOf } from './scrolling';

const VIEW = 500;
const HUGE = 26_000_000;

describe('scrolling', () => {
  it('is pixel by pixel in a list that fits', () => {
    expect(elementHeight(10_000)).toBe(10_000);
    expect(topOf(1_234, 10_000, VIEW)).toBe(1_234);
    expect(atOf(1_234, 10_000, VIEW)).toBe(1_234);
    expect(topOf(20_000, 10_000, VIEW)).toBe(9_500);
  });

  it('reaches both ends and every place between in a list that does not', () => {
    expect(elementHeight(HUGE)).toBe(TALLEST);
    expect(topOf(0, HUGE, VIEW)).toBe(0);
    expect(topOf(TALLEST - VIEW, HUGE, VIEW)).toBe(HUGE - VIEW);
    expect(topOf((TALLEST - VIEW) / 2, HUGE, VIEW)).toBeCloseTo((HUGE - VIEW) / 2, 0);
    for (let top = 0; top <= HUGE - VIEW; top += 312_345)
      expect(topOf(atOf(top, HUGE, VIEW), HUGE, VIEW)).toBeCloseTo(top, 3);
  });

  it('takes small steps as they are, so that no row is passed over', () => {
    const top = HUGE / 2;
    const at = atOf(top, HUGE, VIEW);
    expect(scrolled(top, at, at + 100, HUGE, VIEW)).toBe(top + 100);
    expect(scrolled(top, at, at - 400, HUGE, VIEW)).toBe(top - 400);
    expect(scrolled(top, at, 0, HUGE, VIEW)).toBe(0);
    expect(scrolled(40, 40, 0, HUGE, VIEW)).toBe(0);
  });
});
