import { expect, test } from 'vitest';
import { RULES } from '../../../scripts/print/rules.ts';
import { ACTIONS } from '../../../src/domain/audit/actions.ts';

test('A1: the rule of every action is a rule of the specification', () => {
  expect(Object.entries(ACTIONS).filter(([, rule]) => !Object.hasOwn(RULES, rule))).toEqual([]);
});
