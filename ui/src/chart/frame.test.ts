import { describe, expect, it } from 'vitest';
import type { Chart, Series } from '../host/bindings';
import { along, cellAt, leftPercent, nearest, topPercent, xUnder, yUnder } from './frame';

const chart: Chart = {
  kind: 'response_time',
  title: 'Response time',
  words: '',
  svg: '',
  width: 1_000,
  height: 100,
  left: 100,
  top: 10,
  right: 900,
  bottom: 90,
  x: { from: 0, to: 60_000, log: false, unit: 'moment' },
  y: { from: 1_000, to: 1_000_000, log: true, unit: 'us' },
  series: [],
  stacked: false,
  grid: null,
};

describe('a frame', () => {
  it('finds the instant under a pointer, and none beside the plot area', () => {
    expect(xUnder(chart, 0.5)).toBe(30_000);
    expect(xUnder(chart, 0.05)).toBeNull();
    expect(xUnder(chart, 0.95)).toBeNull();
  });

  it('goes back from an instant to the same place', () => {
    const x = xUnder(chart, 0.37) ?? 0;
    expect(leftPercent(chart, x)).toBeCloseTo(37);
  });

  it('counts by powers on a logarithmic scale', () => {
    expect(along(chart.y, 1_000)).toBe(0);
    expect(along(chart.y, 31_622.776)).toBeCloseTo(0.5);
    expect(topPercent(chart, 1_000_000)).toBeCloseTo(10);
    expect(topPercent(chart, 5_000_000)).toBeCloseTo(10);
  });

  it('finds the value at a height, by powers on a logarithmic scale', () => {
    expect(yUnder(chart, 0.5)).toBeCloseTo(31_622.776, 0);
    expect(yUnder(chart, 0.05)).toBeNull();
  });

  it('finds the cell of a heat map, and without a height the fullest of its column', () => {
    const grid = {
      edges: [1, 10, 100, 1_000],
      columns: [{ from: 0, to: 2_000, first: 1, counts: [3, 9] }],
    };
    expect(cellAt(grid, 500, 50)).toEqual({ from: 0, to: 2_000, low: 10, high: 100, count: 3 });
    expect(cellAt(grid, 500, null)?.count).toBe(9);
    expect(cellAt(grid, 500, 2)?.count).toBe(0);
    expect(cellAt(grid, 500, 5_000)).toBeNull();
    expect(cellAt(grid, 2_000, 50)).toBeNull();
  });

  it('reads the nearest point of a series, and nothing in a gap', () => {
    const series: Series = {
      name: 'p99',
      color: 'p99',
      points: [
        [0, 5],
        [1_000, 7],
        [2_000, null],
      ],
    };
    expect(nearest(series, 400)).toEqual([0, 5]);
    expect(nearest(series, 600)).toEqual([1_000, 7]);
    expect(nearest(series, 1_900)).toBeNull();
    expect(nearest({ ...series, points: [] }, 0)).toBeNull();
  });
});
