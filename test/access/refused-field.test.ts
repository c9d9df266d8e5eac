import { type FieldNode, GraphQLError, Kind, parse, visit } from 'graphql';
import { expect, test } from 'vitest';
import { payloadOf } from '../../src/access/refusal-payload.ts';
import { RefusedField } from '../../src/access/refused-field.ts';

const TEXT = '{\n  a { email }\r\n  b: a { one: email two: email }\n\té: a }'.replace('é', 'e');
const nodes: FieldNode[] = [];
visit(parse(TEXT), { [Kind.FIELD]: (node: FieldNode) => void nodes.push(node) });

const path = ['a"é', 3, 'email'];
const EXTENSIONS = { code: 'FORBIDDEN', requires: { roles: ['OWNER'] }, requestId: '"\u2028\\' };

test.each([
  ['one node', nodes.slice(1, 2)],
  ['another line', nodes.slice(3, 4)],
  ['two nodes', nodes.slice(3, 5)],
  ['all nodes', nodes],
])('G2: a refused field in %s has the text of an error of GraphQL.js', (_where, fieldNodes) => {
  const payload = payloadOf('It says "no".', { ...EXTENSIONS });
  const usual = new GraphQLError('It says "no".', { nodes: fieldNodes, path, extensions: EXTENSIONS });
  for (let again = 0; again < 2; again++) {
    const refused = new RefusedField(payload, fieldNodes, path);
    expect([refused.serialized, JSON.stringify(refused)]).toEqual([JSON.stringify(usual), JSON.stringify(usual)]);
    expect({ locations: refused.locations, path: refused.path, nodes: refused.nodes }).toEqual({
      locations: usual.locations,
      path: usual.path,
      nodes: usual.nodes,
    });
  }
});

test('G2: a refused field is a GraphQLError without a stack, and shares its extensions', () => {
  const payload = payloadOf('No.', { ...EXTENSIONS });
  const [one, two] = [0, 1].map(() => new RefusedField(payload, nodes.slice(0, 1), path) as unknown as GraphQLError);
  expect([one instanceof GraphQLError, one instanceof Error, one!.name, one!.stack, one!.originalError, String(one)]).toEqual([
    ...[true, true, 'GraphQLError', undefined, undefined],
    String(new GraphQLError('No.', { nodes: nodes.slice(0, 1) })),
  ]);
  expect(one!.extensions).toBe(two!.extensions);
  expect(Object.isFrozen(one!.extensions)).toBe(true);
});
