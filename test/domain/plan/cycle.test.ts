import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cycleEnd } from '../../../src/domain/plan/cycle.ts';

const DAY = 86_400_000;
const end = (since: string, at: string) => cycleEnd(new Date(since), new Date(at)).toISOString();

/** Cycles end in UTC in any time zone: here in a time zone with daylight saving. */
const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'America/New_York';
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe('cycleEnd', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string, string]>([
    // what the plan began asked at the cycle ends
    ["the day of the plan's start",           '2026-03-10T08:30:00.000Z', '2026-03-10T08:30:00.000Z', '2026-04-10T08:30:00.000Z'],
    ['in the middle of the first cycle',      '2026-03-10T08:30:00.000Z', '2026-03-25T00:00:00.000Z', '2026-04-10T08:30:00.000Z'],
    ['a millisecond before its end',          '2026-03-10T08:30:00.000Z', '2026-04-10T08:29:59.999Z', '2026-04-10T08:30:00.000Z'],
    ['at its end, which begins the next cycle', '2026-03-10T08:30:00.000Z', '2026-04-10T08:30:00.000Z', '2026-05-10T08:30:00.000Z'],
    ['a millisecond after',                   '2026-03-10T08:30:00.000Z', '2026-04-10T08:30:00.001Z', '2026-05-10T08:30:00.000Z'],
    ["on the last day, before the time of the plan's start", '2026-03-10T08:30:00.000Z', '2026-06-10T00:00:00.000Z', '2026-06-10T08:30:00.000Z'],
    ['years later',                           '2020-03-10T08:30:00.000Z', '2026-11-24T00:00:00.000Z', '2026-12-10T08:30:00.000Z'],
    ['December to January',                   '2026-12-15T00:00:00.000Z', '2026-12-20T00:00:00.000Z', '2027-01-15T00:00:00.000Z'],
    ['New Year’s Eve, its last millisecond',  '2026-12-31T23:59:59.999Z', '2026-12-31T23:59:59.999Z', '2027-01-31T23:59:59.999Z'],
    ['in January, from a start in December',  '2026-12-15T00:00:00.000Z', '2027-01-15T00:00:00.000Z', '2027-02-15T00:00:00.000Z'],
    ['the 31st, in a month of 30',            '2026-03-31T12:00:00.000Z', '2026-04-01T00:00:00.000Z', '2026-04-30T12:00:00.000Z'],
    ['the 31st again after a month of 30',    '2026-03-31T12:00:00.000Z', '2026-04-30T12:00:00.000Z', '2026-05-31T12:00:00.000Z'],
    ['the 31st, in February',                 '2027-01-31T00:00:00.000Z', '2027-02-01T00:00:00.000Z', '2027-02-28T00:00:00.000Z'],
    ['the 30th, in February',                 '2027-01-30T00:00:00.000Z', '2027-02-01T00:00:00.000Z', '2027-02-28T00:00:00.000Z'],
    ['the 31st, in March after February',     '2027-01-31T00:00:00.000Z', '2027-02-28T00:00:00.000Z', '2027-03-31T00:00:00.000Z'],
    ['the 31st, in February of 2024',         '2023-12-31T00:00:00.000Z', '2024-02-01T00:00:00.000Z', '2024-02-29T00:00:00.000Z'],
    ['the 29th, in February of 2028',         '2027-08-29T00:00:00.000Z', '2028-02-01T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
    ['the 29th, in February of 2027',         '2026-08-29T00:00:00.000Z', '2027-02-01T00:00:00.000Z', '2027-02-28T00:00:00.000Z'],
    ['29 February, a month later',            '2028-02-29T00:00:00.000Z', '2028-02-29T00:00:00.000Z', '2028-03-29T00:00:00.000Z'],
    ['29 February, a year later',             '2028-02-29T00:00:00.000Z', '2029-02-01T00:00:00.000Z', '2029-02-28T00:00:00.000Z'],
    ['29 February, four years later',         '2024-02-29T00:00:00.000Z', '2028-02-28T23:59:59.999Z', '2028-02-29T00:00:00.000Z'],
    ['2100 is no leap year',                  '2099-12-31T00:00:00.000Z', '2100-02-01T00:00:00.000Z', '2100-02-28T00:00:00.000Z'],
    ['2000 was a leap year',                  '1999-12-31T00:00:00.000Z', '2000-02-01T00:00:00.000Z', '2000-02-29T00:00:00.000Z'],
    ['clocks are put forward on 8 March',     '2026-02-08T07:30:00.000Z', '2026-03-01T00:00:00.000Z', '2026-03-08T07:30:00.000Z'],
    ['clocks are put back on 1 November',     '2026-10-01T05:30:00.000Z', '2026-10-15T00:00:00.000Z', '2026-11-01T05:30:00.000Z'],
    ['the 1st in UTC, the 31st in local time', '2026-04-01T02:00:00.000Z', '2026-04-02T00:00:00.000Z', '2026-05-01T02:00:00.000Z'],
    ['a moment before the plan began',        '2026-03-10T08:30:00.000Z', '2026-01-01T00:00:00.000Z', '2026-04-10T08:30:00.000Z'],
  ])('%s', (_what, since, at, ends) => {
    expect(end(since, at)).toBe(ends);
  });

  test('the ends of a plan that began on the 31st, through a year with a leap day', () => {
    const ends: string[] = [];
    for (let at = '2027-08-31T00:00:00.000Z'; ends.length < 12; at = ends.at(-1)!) ends.push(end('2027-08-31T00:00:00.000Z', at));
    expect(ends.map(text => text.slice(0, 10))).toEqual([
      ...['2027-09-30', '2027-10-31', '2027-11-30', '2027-12-31', '2028-01-31', '2028-02-29'],
      ...['2028-03-31', '2028-04-30', '2028-05-31', '2028-06-30', '2028-07-31', '2028-08-31'],
    ]);
  });

  const moment = (min: string, max: string) => fc.date({ min: new Date(min), max: new Date(max), noInvalidDate: true });
  const since = moment('1999-01-01T00:00:00.000Z', '2110-12-31T23:59:59.999Z');
  const later = fc.integer({ min: 0, max: 40 * 366 * DAY });

  test("is at most 31 days after the given moment, on the day and time of the plan's start or the month's last day", () => {
    fc.assert(
      fc.property(since, later, (from, wait) => {
        const at = new Date(from.getTime() + wait);
        const ends = cycleEnd(from, at);
        expect(ends.getTime()).toBeGreaterThan(at.getTime());
        expect(ends.getTime() - at.getTime()).toBeLessThanOrEqual(31 * DAY);
        expect(ends.toISOString().slice(10)).toBe(from.toISOString().slice(10));
        const lastOfMonth = new Date(ends.getTime() + DAY).getUTCMonth() !== ends.getUTCMonth();
        if (ends.getUTCDate() !== from.getUTCDate()) expect([lastOfMonth, ends.getUTCDate() < from.getUTCDate()]).toEqual([true, true]);
      }),
      { numRuns: 2_000 },
    );
  });

  test('consecutive ends are 28 to 31 days apart, one a month, and every moment between has the same end', () => {
    fc.assert(
      fc.property(since, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (from, part) => {
        let begins = from;
        for (let cycle = 0; cycle < 14; cycle += 1) {
          const ends = cycleEnd(from, begins);
          const length = ends.getTime() - begins.getTime();
          expect([length >= 28 * DAY, length <= 31 * DAY]).toEqual([true, true]);
          expect((begins.getUTCMonth() + 1) % 12).toBe(ends.getUTCMonth());
          expect(cycleEnd(from, new Date(begins.getTime() + Math.floor(length * part)))).toEqual(ends);
          begins = ends;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a later moment never has an earlier end', () => {
    fc.assert(
      fc.property(since, later, later, (from, one, two) => {
        const [first, second] = [Math.min(one, two), Math.max(one, two)].map(wait => cycleEnd(from, new Date(from.getTime() + wait)));
        expect(first!.getTime()).toBeLessThanOrEqual(second!.getTime());
      }),
    );
  });

  test('does not change its arguments', () => {
    const [from, at] = [new Date('2026-01-31T00:00:00.000Z'), new Date('2026-02-10T00:00:00.000Z')];
    cycleEnd(from, at);
    expect([from.toISOString(), at.toISOString()]).toEqual(['2026-01-31T00:00:00.000Z', '2026-02-10T00:00:00.000Z']);
  });
});
