import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildSchema, type GraphQLObjectType, type GraphQLSchema, getNamedType, getNullableType, isListType, isNonNullType } from 'graphql';
import { semanticToStrict } from 'graphql-sock';
import { toe } from 'graphql-toe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';
import { recipeOf, typeErrors } from './recipe.ts';
import { typesOf } from './types.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const QUERY = 'query Members { tenant { name billingEmail memberships { edges { node { user { name email } } } } } }';
const database = useDatabase();
const gateway = useGateway(database);
let nullable: GraphQLSchema;
let strict: GraphQLSchema;
let folder: string;
let token: string;
let ownerToken: string;
let operatorToken: string;

beforeAll(async () => {
  nullable = buildSchema(await readFile(path.join(ROOT, 'schema.graphql'), 'utf8'));
  strict = semanticToStrict(nullable);
  const make = fixtures(database);
  const owner = await make.person('Owner');
  const tenant = await make.tenant('north', owner);
  const other = await make.tenant('other', await make.person('Other'));
  const viewer = await make.person('Viewer');
  await make.member(tenant, viewer, ['viewer']);
  const operator = await make.person('Operator');
  await make.member(other, operator, ['operator']);
  [token, ownerToken, operatorToken] = [await gateway.tokenOf(viewer), await gateway.tokenOf(owner), await gateway.tokenOf(operator)];
  folder = await mkdtemp(path.join(tmpdir(), 'ipto-clients-'));
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const recipe = (name: 'strict' | 'nullable' | 'relay') => recipeOf(name);

/** A recipe, written beside the types of a schema and compiled. */
async function compiled(name: 'strict' | 'nullable', schema: GraphQLSchema, check: string) {
  await writeFile(path.join(folder, `${name}.ts`), await recipe(name));
  await writeFile(path.join(folder, 'types.ts'), await typesOf(schema, [QUERY]));
  await writeFile(
    path.join(folder, 'check.ts'),
    `import type { MembersQuery } from './types.ts';\nexport const check = (data: MembersQuery): unknown => {\n${check}\n};\n`,
  );
  const errors = await errorsIn([`${name}.ts`, 'check.ts']);
  return { errors, module: await import(path.join(folder, `${name}.ts`)) };
}

const errorsIn = (files: readonly string[]) => typeErrors(folder, files);

type Response = Parameters<typeof toe>[0];
const send = async (query: string, by = token): Promise<Response> => JSON.parse((await gateway.ask(query, { token: by })).text);

describe('G11: the recipes of docs/clients.md, as a viewer who may not read e-mail addresses', () => {
  test('strict types, through a client that throws', async () => {
    const { errors, module } = await compiled(
      'strict',
      strict,
      'const name: string = data.tenant.name;\n// @ts-expect-error an address may be absent\nconst email: string = data.tenant.billingEmail;\nreturn [name, email];',
    );
    expect(errors).toBe('');
    expect(await module.members(send, QUERY)).toEqual(['Owner', 'Viewer']);
  });

  test('nullable types, with errorPolicy all', async () => {
    const { errors, module } = await compiled(
      'nullable',
      nullable,
      '// @ts-expect-error the tenant may be refused\nreturn data.tenant.name;',
    );
    expect(errors).toBe('');
    const { names, refused } = await module.members(`${gateway.url}/graphql`, token, QUERY);
    expect(names).toEqual(['Owner', 'Viewer']);
    expect(refused.map(([at]: [string[]]) => at.join('.')).sort()).toEqual([
      'tenant.billingEmail',
      'tenant.memberships.edges.0.node.user.email',
      'tenant.memberships.edges.1.node.user.email',
    ]);
  });

  test('strict types, through Relay with @throwOnFieldError and @catch', async () => {
    const source = path.join(folder, 'relay');
    await mkdir(source);
    await writeFile(path.join(source, 'members.ts'), await recipe('relay'));
    const config = { src: 'relay', schema: 'schema.graphql', language: 'typescript', eagerEsModules: true };
    await writeFile(path.join(folder, 'relay.config.json'), JSON.stringify(config));
    await writeFile(path.join(folder, 'schema.graphql'), await readFile(path.join(ROOT, 'schema.graphql')));
    await promisify(execFile)(path.join(ROOT, 'node_modules/.bin/relay-compiler'), ['relay.config.json'], { cwd: folder });
    expect(await errorsIn(['relay/members.ts'])).toBe('');
    // As babel-plugin-relay does: the compiled query takes the place of its text.
    const written = (await recipe('relay'))
      .replace(/graphql`[^`]*`/, 'membersQuery')
      .replace('import type { membersQuery }', 'import membersQuery');
    await writeFile(path.join(source, 'members.ts'), written.replace('fetchQuery<membersQuery>', 'fetchQuery'));
    const { members } = await import(path.join(source, 'members.ts'));
    const fetchAs = (by: string) => async (request: { text: string }) => send(request.text, by);
    expect(await members(fetchAs(token))).toEqual(['Owner', 'Viewer']);
    expect(await members(fetchAs(ownerToken))).toEqual(['Owner <owner@people.example>', 'Viewer <viewer@people.example>']);
    await expect(members(fetchAs(operatorToken))).rejects.toThrow('Relay: Unexpected response payload');
  });

  test('no value that a client shows is null where its type says that it can’t be', async () => {
    const response = await send(QUERY);
    expect(nullsAgainst(strict, toe(response))).toEqual([]);
    expect(nullsAgainst(nullable, response.data)).toEqual([]);
    // Strict types through a client that shows nulls are wrong, and this test sees it.
    const unmarked = buildSchema(
      (await readFile(path.join(ROOT, 'schema.graphql'), 'utf8')).replace(
        '  email: String @requires(permission: "member:read-email")',
        '  email: String!',
      ),
    );
    expect(nullsAgainst(unmarked, response.data)).toEqual(['User.email', 'User.email']);
  });
});

/** The fields of shown data that are null although a schema says that they can't be. */
function nullsAgainst(schema: GraphQLSchema, data: unknown): readonly string[] {
  const found: string[] = [];
  const walk = (type: GraphQLObjectType, object: object) => {
    for (const key of Object.keys(object)) {
      const field = type.getFields()[key]!;
      const value = shown(object as Record<string, unknown>, key);
      if (value === null && isNonNullType(field.type)) found.push(`${type.name}.${key}`);
      const items = isListType(getNullableType(field.type)) && Array.isArray(value) ? value : [value];
      for (const item of items) if (typeof item === 'object' && item) walk(getNamedType(field.type) as GraphQLObjectType, item);
    }
  };
  walk(schema.getQueryType()!, data as object);
  return found;
}

/** A field of an object; undefined where reading it throws. */
function shown(object: Record<string, unknown>, key: string): unknown {
  try {
    return object[key];
  } catch {
    return undefined;
  }
}
