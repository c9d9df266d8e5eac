import { describe, expect, test } from 'vitest';
import { median, rankScore } from '../../scripts/timing/rank.ts';

describe('the rank test that `npm run timing` goes by', () => {
  test('equals the known value for a small sample', () => {
    // U = 19 of 20, expected 10, deviation sqrt(20 / 12 * 10) = 4.0825
    expect(rankScore([6, 7, 8, 9], [1, 2, 3, 4, 6.5])).toBeCloseTo((19 - 10) / 4.0825, 3);
  });

  test('corrects for ties', () => {
    // Ranks 1.5 1.5 3.5 3.5: U of the first = 5 - 3 = 2, expected 2; of the second half apart
    expect(rankScore([1, 2], [1, 2])).toBe(0);
    expect(rankScore([2, 2], [1, 1])).toBeCloseTo(2 / Math.sqrt((4 / 12) * (5 - 12 / 12)), 6);
    expect(rankScore([1, 1], [1, 1])).toBe(0);
  });

  test('detects a shift of a tenth of the spread in ten thousand samples, in both directions', () => {
    const spread = Array.from({ length: 10_000 }, (_, n) => (n * 7_919) % 10_007);
    const shifted = spread.map(value => value + 1_000);
    expect(rankScore(spread, spread)).toBe(0);
    expect(rankScore(shifted, spread)).toBeGreaterThan(20);
    expect(rankScore(spread, shifted)).toBeLessThan(-20);
  });

  test('the median is the middle value', () => {
    expect(median([9, 1, 5])).toBe(5);
  });
});
