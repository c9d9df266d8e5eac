import { readFileSync } from 'node:fs';
import {
  buildSchema as buildFrom,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  GraphQLInterfaceType,
  GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  getOperationAST,
  Kind,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { expect, test } from 'vitest';
import { randomOperation } from '../../../scripts/oracle/document.ts';
import type { Pool } from '../../../scripts/oracle/pool.ts';
import { Random } from '../../../scripts/oracle/random.ts';
import { PreparedOperation } from '../../../src/executor/prepared-operation.ts';
import { buildSchema } from '../../../src/graphql/schema.ts';
import { costOf, pricesFor } from '../../../src/http/graphql/complexity.ts';
import { chargeOf } from '../../../src/http/graphql/prices.ts';

/** All that a client has: the printed schema. */
const printed = buildFrom(readFileSync('schema.graphql', 'utf8'));
const schema = buildSchema();

type Values = Readonly<Record<string, unknown>>;
type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const argumentsOf = (node: DirectiveNode | FieldNode, variables: Values): Values =>
  Object.fromEntries((node.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]));

const directive = (field: GraphQLField<unknown, unknown>, name: string): Values | null => {
  const node = field.astNode!.directives!.find(one => one.name.value === name);
  return node ? argumentsOf(node, {}) : null;
};

/** A client's reading of `@cost` and `@listSize`. */
function clientCost(set: SelectionSetNode, type: GraphQLOutputType, fragments: Fragments, variables: Values): number {
  let sum = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const isObject = type instanceof GraphQLObjectType || type instanceof GraphQLInterfaceType;
      const field = isObject ? type.getFields()[selection.name.value] : undefined;
      sum += field ? ((directive(field, 'cost')?.weight as number) ?? 1) : 1;
      if (!field || !selection.selectionSet) continue;
      sum += sizeOf(field, selection, variables) * clientCost(selection.selectionSet, getNamedType(field.type), fragments, variables);
    } else {
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection;
      const inner = fragment.typeCondition ? (printed.getType(fragment.typeCondition.name.value) as GraphQLOutputType) : type;
      sum += clientCost(fragment.selectionSet, inner, fragments, variables);
    }
  }
  return sum;
}

function sizeOf(field: GraphQLField<unknown, unknown>, node: FieldNode, variables: Values): number {
  const size = directive(field, 'listSize') as { assumedSize?: number; slicingArguments?: string[]; maxSize?: number } | null;
  if (!size) return 1;
  const given = argumentsOf(node, variables);
  const first = (size.slicingArguments ?? []).map(name => given[name]).find(value => value !== null && value !== undefined);
  const count = Array.isArray(first) ? first.length : first === undefined ? (size.assumedSize ?? 1) : Math.max(Number(first), 1);
  return Math.min(count, size.maxSize ?? count);
}

const id = (...parts: string[]) => Buffer.from(parts.join(':')).toString('base64url');
const pool: Pool = {
  ids: [id('Tenant', '0190d0d0-0000-7000-8000-000000000200'), id('User', '0190d0d0-0000-7000-8000-000000000201')],
  tenantIds: ['0190d0d0-0000-7000-8000-000000000200'],
  cursors: ['no cursor'],
  texts: ['weather'],
  moments: ['2026-01-01T00:00:00.000Z'],
};
const RUNS = 400;

/** Random operations, with what the gateway computes for them. */
function* operations() {
  for (let seed = 0; seed < RUNS; seed += 1) {
    const { query, variables } = randomOperation(new Random(seed), pool);
    const document = parse(query);
    const operation = PreparedOperation.of(schema, { document, variableValues: variables })!;
    const cost = costOf(operation, {});
    if (cost !== null) yield { query, variables, document, operation, cost };
  }
}

test('G7: a client computes the cost of an operation from the printed schema', () => {
  let differing = new Set<number>();
  for (const { query, variables, document, cost } of operations()) {
    const fragments = document.definitions.filter(one => one.kind === Kind.FRAGMENT_DEFINITION);
    const byName = new Map(fragments.map(fragment => [fragment.name.value, fragment]));
    const root = getOperationAST(document)!;
    const defaults = Object.fromEntries(
      root.variableDefinitions!.map(({ variable, defaultValue }) => [
        variable.name.value,
        defaultValue && valueFromASTUntyped(defaultValue),
      ]),
    );
    expect({ query, cost: clientCost(root.selectionSet, printed.getQueryType()!, byName, { ...defaults, ...variables }) }).toEqual({
      query,
      cost,
    });
    differing = differing.add(cost);
  }
  expect(differing.size).toBeGreaterThan(RUNS / 10);
});

test('G7: an operation whose pages are full, and of which nothing is refused, is charged its whole cost', () => {
  let withLists = 0;
  for (const { query, operation, cost } of operations()) {
    const prices = pricesFor(operation);
    const rows = new Map<string, number>();
    for (const [pattern, { size, outer }] of prices.lists) rows.set(pattern, size * (outer === null ? 1 : rows.get(outer)!));
    expect({ query, charge: chargeOf(prices, { rows, refused: new Map() }) }).toEqual({ query, charge: cost });
    if (rows.size > 1) withLists += 1;
    expect(chargeOf(prices, { rows: new Map(), refused: new Map() })).toBeLessThanOrEqual(cost);
  }
  expect(withLists).toBeGreaterThan(RUNS / 10);
});
