import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { grantOf, type TenantAccess } from '../../src/access/grant.ts';
import { createExecutor } from '../../src/executor/executor.ts';
import { PreparedOperation } from '../../src/executor/prepared-operation.ts';
import type { Context } from '../../src/graphql/core/context.ts';
import { contextBuilder } from '../support/context-builder.ts';

/** What a plan leaves to GraphQL.js when it is asked: all that isn't a value or a refusal. */
type Thing = { readonly tenantId: string; readonly name: unknown };
const MINE = { tenantId: 'mine', name: 'Mine' };

function schemaOf(things: () => unknown, needs: () => unknown = () => 'fits') {
  const builder = contextBuilder();
  const Type = builder.objectRef<Thing>('Thing').implement({
    tenantOf: (row: Thing) => row.tenantId,
    fields: t => ({
      name: t.string({ policy: 'member:list', nullable: true, resolve: ({ name }) => name as string }),
      open: t.string({ policy: 'public', resolve: ({ name }) => name as string }),
      secret: t.string({ policy: 'member:read-email', nullable: true, resolve: () => 'secret' }),
    }),
  });
  builder.queryType();
  builder.queryField('things', t => t.field({ type: [Type], policy: 'public', resolve: () => things() as Thing[] }));
  builder.queryField('needed', t => t.string({ policy: 'public', resolve: () => needs() as string }));
  return builder.toSchema();
}

const tenantAccess: TenantAccess = { tenantId: 'mine', status: 'active', features: [], roles: ['viewer'] };
const contextOf = (of: TenantAccess | null) => ({ grant: grantOf({ kind: 'user' }, of), requestId: 'r', work: {} }) as Context;

async function asked(query: string, things: () => unknown, needs?: () => unknown, of: TenantAccess | null = tenantAccess) {
  const schema = schemaOf(things, needs);
  const executor = createExecutor(schema);
  const text = await executor.answer(PreparedOperation.of(schema, { document: parse(query) })!, contextOf(of));
  if (typeof text === 'object' && text) throw new Error('a query is answered by JSON');
  const { answered, ...left } = executor.counts();
  return { text, answered, why: Object.entries(left).flatMap(([why, count]) => (count ? [why] : [])) };
}

const NAMES = '{ things { name } }';

describe('a query plan returns', () => {
  test('the given values, synchronous or awaited, in the order of the document', async () => {
    const query = '{ needed things { name open __typename } again: needed }';
    const text = '{"data":{"needed":"fits","things":[{"name":"Mine","open":"Mine","__typename":"Thing"}],"again":"fits"}}';
    const later = async () => [MINE];
    const delayed = () => new Promise(resolve => setImmediate(resolve, 'fits'));
    for (const [things, needs] of [[() => [MINE]], [later], [later, delayed], [() => [MINE], delayed]] as const)
      expect(await asked(query, things, needs)).toEqual({ text, answered: 1, why: [] });
  });

  test('G2: a refusal on each row, with its path and reasons, and nothing of the row', async () => {
    const { text } = await asked('{ things { secret a: name } }', () => [MINE, MINE]);
    const { data, errors } = JSON.parse(text!);
    expect(data).toEqual({ things: [0, 1].map(() => ({ secret: null, a: 'Mine' })) });
    expect(errors).toMatchObject(
      [0, 1].map(at => ({ path: ['things', at, 'secret'], extensions: { code: 'FORBIDDEN', because: 'ROLE', requestId: 'r' } })),
    );
    expect(text).not.toContain('"secret":"secret"');
  });

  test('T2: a guarded field outside of any tenant with its refusal', async () => {
    const { text, answered } = await asked(NAMES, () => [MINE], undefined, null);
    expect(answered).toBe(1);
    expect(JSON.parse(text!)).toMatchObject({
      data: { things: [{ name: null }] },
      errors: [{ path: ['things', 0, 'name'], extensions: { code: 'TENANT_REQUIRED', because: 'NO_TENANT' } }],
    });
  });

  test('text as JSON writes it', async () => {
    const name = 'a"b\\c\nd\u0000e\ud800f\u2028é😀';
    const { text } = await asked(NAMES, () => [{ ...MINE, name }]);
    expect(text).toBe(JSON.stringify({ data: { things: [{ name }] } }));
  });
});

describe('a query plan leaves to GraphQL.js', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, () => unknown, (() => unknown) | undefined, string]>([
    ['T4: a row of another tenant',          NAMES,                          () => [{ tenantId: 'theirs', name: 'x' }],           undefined,                          'unexpected'],
    ['a row without a tenant',               NAMES,                          () => [{ name: 'x' }],                               undefined,                          'unexpected'],
    ['a null row',                           NAMES,                          () => [null],                                        undefined,                          'value'],
    ['a value that is not a list',           NAMES,                          () => new Set([MINE]),                               undefined,                          'value'],
    ['a list of promises',                   NAMES,                          () => [Promise.resolve(MINE)],                       undefined,                          'value'],
    ['a field that throws',                  NAMES,                          () => { throw new Error('broken'); },                undefined,                          'unexpected'],
    ['a field that fails later',             NAMES,                          async () => { throw new Error('broken'); },          undefined,                          'unexpected'],
    ['a field that fails while another is awaited', '{ things { name } needed }', () => new Promise(resolve => setTimeout(resolve, 20, [MINE])), async () => { throw new Error('broken'); }, 'unexpected'],
    ['null for a non-null field',            '{ needed }',                   () => [],                                            () => null,                         'value'],
    ['a value that cannot be serialized',    NAMES,                          () => [{ ...MINE, name: { an: 'object' } }],         undefined,                          'unexpected'],
    ['a directive',                          '{ things { name @skip(if: true) } }', () => [MINE],                                 undefined,                          'directive'],
    ['introspection',                        '{ __schema { queryType { name } } }', () => [MINE],                                 undefined,                          'abstract'],
  ])('%s', async (_what, query, things, needs, why) => {
    expect(await asked(query, things, needs)).toEqual({ text: null, answered: 0, why: [why] });
  });
});
