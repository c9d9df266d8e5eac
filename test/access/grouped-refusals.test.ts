import { type FieldNode, Kind, parse, visit } from 'graphql';
import { expect, test } from 'vitest';
import { groupRefusals, patternOf } from '../../src/access/grouped-refusals.ts';
import { payloadOf } from '../../src/access/refusal-payload.ts';
import { RefusedField } from '../../src/access/refused-field.ts';

const nodes: FieldNode[] = [];
visit(parse('{ list { email other { email } } }'), { [Kind.FIELD]: (node: FieldNode) => void nodes.push(node) });
const [, email, , inner] = nodes as [FieldNode, FieldNode, FieldNode, FieldNode];

const payload = (permission: string) => payloadOf(`${permission} is needed.`, { code: 'FORBIDDEN', permission, requestId: 'request' });
const refused = (node: FieldNode, path: readonly (string | number)[], permission = 'member:read-email') =>
  new RefusedField(payload(permission), [node], path);
const shown = (refusals: readonly RefusedField[]) =>
  groupRefusals(refusals).map(({ path, extensions: { pattern, count, permission } }) => [pattern, count, path, permission]);

test('a pattern has a star for every index', () => {
  expect([patternOf(['tenant', 'name']), patternOf(['list', 0, 'of', 12, 3, 'a']), patternOf(['nodes', 1])]).toEqual([
    ...['tenant.name', 'list.*.of.*.*.a', 'nodes.*'],
  ]);
});

test('G11: refusals of one field are one error, at the first path, with their number', () => {
  const one = refused(email, ['list', 2, 'email']);
  expect(shown([one, refused(email, ['list', 10, 'email']), refused(email, ['list', 0, 'email'])])).toEqual([
    ['list.*.email', 3, ['list', 0, 'email'], 'member:read-email'],
  ]);
  expect(JSON.parse(groupRefusals([one])[0]!.serialized)).toEqual({
    message: 'member:read-email is needed.',
    locations: [{ line: 1, column: 10 }],
    path: ['list', 2, 'email'],
    extensions: { code: 'FORBIDDEN', permission: 'member:read-email', requestId: 'request', pattern: 'list.*.email', count: 1 },
  });
});

test('refusals of other fields, places or permissions stay apart, in the same order however they come', () => {
  const all = [
    refused(email, ['list', 0, 'email']),
    refused(inner, ['list', 0, 'email']),
    refused(email, ['list', 1, 'email'], 'audit:read'),
    refused(inner, ['list', 0, 'other', 'email']),
    refused(email, ['list', 1, 'email']),
  ];
  const expected = [
    ['list.*.email', 1, ['list', 1, 'email'], 'audit:read'],
    ['list.*.email', 1, ['list', 0, 'email'], 'member:read-email'],
    ['list.*.email', 2, ['list', 0, 'email'], 'member:read-email'],
    ['list.*.other.email', 1, ['list', 0, 'other', 'email'], 'member:read-email'],
  ];
  expect(shown(all)).toEqual(expected);
  expect(shown([...all].reverse())).toEqual(expected);
});

test('the first of several indices counts before the second', () => {
  const at = (one: number, other: number) => refused(email, ['list', one, 'of', other, 'email']);
  expect(shown([at(1, 0), at(0, 9), at(0, 10)])).toEqual([['list.*.of.*.email', 3, ['list', 0, 'of', 9, 'email'], 'member:read-email']]);
});
