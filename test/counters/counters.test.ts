import { expect, test } from 'vitest';
import { Histogram } from '../../src/counters/histogram.ts';
import { LabelCounts } from '../../src/counters/label-counts.ts';

test('a histogram counts a value in the first bucket that it fits, and sums all', () => {
  const histogram = new Histogram([1, 2, 5]);
  for (const value of [0, 1, 1.5, 5, 5.1, 100]) histogram.observe(value);
  expect(histogram.counts).toEqual([2, 1, 1, 2]);
  expect(histogram.sum).toBeCloseTo(112.6);
});

test('durations are given in milliseconds and kept in seconds', () => {
  const histogram = new Histogram([0.01, 0.1]);
  histogram.observeMs(50);
  expect(histogram.counts).toEqual([0, 1, 0]);
  expect(histogram.sum).toBe(0.05);
});

test('counts are kept apart by all labels', () => {
  const counts = new LabelCounts();
  counts.add(1, 'a', 'b');
  counts.add(2, 'a', 'c');
  counts.add(3, 'a', 'b');
  expect(counts.all()).toEqual([
    { labels: ['a', 'b'], count: 4 },
    { labels: ['a', 'c'], count: 2 },
  ]);
});
