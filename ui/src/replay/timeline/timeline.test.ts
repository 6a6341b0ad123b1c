import { describe, expect, it } from 'vitest';
import { moveMoment, moveSpan, saySpan } from './spans';
import { ceiling, edges, moveEdge, raise, withOneMore, writeStages } from './stages';

const stages = [
  { from: 1, to: 1, lastsMs: 60_000 },
  { from: 5, to: 10, lastsMs: 90_500 },
];

describe('stages', () => {
  it('are written as the command takes them', () => {
    expect(writeStages(stages)).toBe('1x:60s,5x..10x:90500ms');
    expect(edges(stages)).toEqual([0, 60_000, 150_500]);
    expect(ceiling(stages)).toBe(13);
  });

  it('are raised as a whole or at one end, and never to nothing', () => {
    expect(writeStages(raise(stages, 1, 'both', 1.52))).toBe('1x:60s,6.5x..11.5x:90500ms');
    expect(writeStages(raise(stages, 0, 'to', 2))).toBe('1x..3x:60s,5x..10x:90500ms');
    expect(raise(stages, 0, 'both', -9)[0]?.from).toBe(0.1);
  });

  it('keep the length of the run when the moment between two is moved', () => {
    const moved = moveEdge(stages, 0, 30_000);
    expect(edges(moved)).toEqual([0, 90_000, 150_500]);
    expect(edges(moveEdge(stages, 0, 1e9))[1]).toBe(149_500);
    expect(edges(moveEdge(stages, 0, -1e9))[1]).toBe(1_000);
    expect(edges(moveEdge(stages, 1, 9_500))[2]).toBe(160_000);
  });

  it('begin as two halves of the run', () => {
    expect(writeStages(withOneMore([], 61_000))).toBe('1x:31s,2x:31s');
    expect(writeStages(withOneMore(stages, 0))).toBe('1x:60s,5x..10x:90500ms,10x:90500ms');
  });
});

describe('the moment of a command', () => {
  it('moves in whole seconds and stays within the run', () => {
    expect(moveMoment(30_000, 10_400, 300_000)).toBe(40_000);
    expect(moveMoment(30_000, -99_000, 300_000)).toBe(0);
    expect(moveMoment(5_000, 99_000, 9_000)).toBe(9_000);
  });
});

describe('the span of a fault', () => {
  const span = { fromMs: 30_000, toMs: 60_000 };

  it('moves in whole seconds and stays within the run', () => {
    expect(moveSpan(span, 'both', 10_400, 300_000)).toEqual({ fromMs: 40_000, toMs: 70_000 });
    expect(moveSpan(span, 'both', -99_000, 300_000)).toEqual({ fromMs: 0, toMs: 30_000 });
    expect(moveSpan(span, 'both', 280_000, 300_000)).toEqual({ fromMs: 299_000, toMs: null });
  });

  it('has ends that never meet, and none at the end of the run', () => {
    expect(moveSpan(span, 'from', 99_000, 300_000)).toEqual({ fromMs: 59_000, toMs: 60_000 });
    expect(moveSpan(span, 'to', -99_000, 300_000)).toEqual({ fromMs: 30_000, toMs: 31_000 });
    expect(moveSpan(span, 'to', 999_000, 300_000)).toEqual({ fromMs: 30_000, toMs: null });
    expect(moveSpan({ fromMs: 0, toMs: null }, 'to', -100_000, 300_000).toMs).toBe(200_000);
  });

  it('is said in words', () => {
    expect(saySpan(span)).toBe('30s to 60s');
    expect(saySpan({ fromMs: 0, toMs: null })).toBe('all the time');
  });
});
