import { expect, test } from 'vitest';
import { readSpec } from '../../../scripts/print/spec.ts';
import { ACTIONS } from '../../../src/domain/audit/actions.ts';

test('A1: the rule of every action is a rule of the specification', () => {
  const rules = new Set(readSpec().map(({ id }) => id));
  expect(Object.entries(ACTIONS).filter(([, rule]) => !rules.has(rule))).toEqual([]);
});
