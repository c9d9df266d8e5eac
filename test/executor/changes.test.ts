import { getOperationAST, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { grantOf } from '../../src/access/grant.ts';
import type { JsonRead } from '../../src/database/sql/json.ts';
import { compile, compileChange, UnsupportedDocument } from '../../src/executor/compile.ts';
import { jsonOf } from '../../src/executor/json.ts';
import type { Shape } from '../../src/executor/query-plan.ts';
import type { Context } from '../../src/graphql/core/context.ts';
import type { PrismaRead } from '../../src/graphql/core/prisma-read.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { contextBuilder } from '../support/context-builder.ts';

/** Which mutations have a plan, and what is remembered of what their payloads read. */
function little() {
  const builder = contextBuilder();
  const Payload = builder.objectRef<{ name: string }>('Payload').implement({
    fields: t => ({
      name: t.exposeString('name', { policy: 'public' }),
      read: t.string({ policy: 'public', resolve: () => 'in a way of its own' }),
    }),
  });
  const resolve = () => ({ name: 'x' });
  builder.queryType({ fields: t => ({ one: t.string({ policy: 'public', resolve: () => '1' }) }) });
  builder.mutationType({
    fields: t => ({
      blindWrite: t.field({
        type: Payload,
        policy: 'tenant:rename',
        nullable: true,
        operation: { action: 'tenant.rename', blindWrite: true },
        resolve,
      } as never),
      seen: t.field({ type: Payload, policy: 'tenant:rename', nullable: true, operation: { action: 'tenant.rename' }, resolve } as never),
    }),
  });
  return builder.toSchema();
}

// biome-ignore format: a table is read by its columns
test.each([
  ['planned',   'mutation { it: unseen { __typename is: name } }'],
  ['operation', 'mutation { ...M } fragment M on Mutation { unseen { name } }'],
  ['operation', 'mutation { seen { name } }'],
  ['operation', 'mutation { unseen { name } seen { name } }'],
  ['operation', 'mutation @skip(if: false) { unseen { name } }'],
  ['operation', '{ one }'],
  ['directive', 'mutation { unseen @skip(if: false) { name } }'],
  ['directive', 'mutation { unseen { name @skip(if: false) } }'],
  ['resolver',  'mutation { unseen { name read } }'],
])('%s: %s', (expected, query) => {
  const document = parse(query);
  const outcome = () => {
    try {
      return compileChange(little(), document, getOperationAST(document)!) && 'planned';
    } catch (error) {
      if (error instanceof UnsupportedDocument) return error.reason;
      throw error;
    }
  };
  expect(outcome()).toBe(expected);
});

describe('what a payload reads', () => {
  const document = parse('{ tenant { name } }');
  const [field] = compile(buildSchema(), document, getOperationAST(document)!).fields;
  const grant = grantOf({ kind: 'user' }, { tenantId: 'mine', status: 'active', features: [], roles: ['owner'] });

  async function readOf(parent: object, read: PrismaRead): Promise<JsonRead> {
    const reads: JsonRead[] = [];
    const json = async (asked: JsonRead) => {
      reads.push(asked);
      return null;
    };
    const { object } = field!.shape as Shape & { kind: 'object' };
    await jsonOf(field!, { read, parent }, object, { context: { grant } as Context, variables: {}, json })!.text;
    return reads[0]!;
  }

  test('is written once for all tenants, where it goes by the tenant alone', async () => {
    const byTenant: PrismaRead = (query, parent, _args, { work }) =>
      work.db.tenant.findUnique({ ...query, where: { id: (parent as { tenantId: string }).tenantId } });
    expect(await readOf({ tenantId: 'mine' }, byTenant)).toBe(await readOf({ tenantId: 'mine' }, byTenant));
  });

  test('is that of this payload, where it goes by anything else', async () => {
    const byAnother: PrismaRead = (query, parent, _args, { work }) =>
      work.db.tenant.findUnique({ ...query, where: { id: (parent as { other: string }).other } });
    const [one, two] = [
      await readOf({ tenantId: 'mine', other: 'one' }, byAnother),
      await readOf({ tenantId: 'mine', other: 'two' }, byAnother),
    ];
    expect([one.args, two.args]).toMatchObject([{ where: { id: 'one' } }, { where: { id: 'two' } }]);
  });
});
