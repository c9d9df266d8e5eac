import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildSchema, type GraphQLObjectType, type GraphQLSchema, getNamedType, getNullableType, isListType, isNonNullType } from 'graphql';
import { semanticToStrict } from 'graphql-sock';
import { toe } from 'graphql-toe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';
import { typesOf } from './types.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const QUERY = 'query Members { tenant { name billingEmail memberships { edges { node { user { name email } } } } } }';
const database = useDatabase();
const gateway = useGateway(database);
let nullable: GraphQLSchema;
let strict: GraphQLSchema;
let folder: string;
let token: string;

beforeAll(async () => {
  nullable = buildSchema(await readFile(path.join(ROOT, 'schema.graphql'), 'utf8'));
  strict = semanticToStrict(nullable);
  const make = fixtures(database);
  const tenant = await make.tenant('north', await make.person('Owner'));
  const viewer = await make.person('Viewer');
  await make.member(tenant, viewer, ['viewer']);
  token = await gateway.tokenOf(viewer);
  folder = await mkdtemp(path.join(tmpdir(), 'ipto-clients-'));
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A recipe of docs/clients.md, written beside the types of a schema and compiled. */
async function compiled(name: 'strict' | 'nullable', schema: GraphQLSchema, check: string) {
  const page = await readFile(path.join(ROOT, 'docs/clients.md'), 'utf8');
  const [, code = ''] = new RegExp(`<!-- test: ${name} -->\n\`\`\`ts\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  await writeFile(path.join(folder, `${name}.ts`), code);
  await writeFile(path.join(folder, 'types.ts'), await typesOf(schema, [QUERY]));
  await writeFile(
    path.join(folder, 'check.ts'),
    `import type { MembersQuery } from './types.ts';\nexport const check = (data: MembersQuery): unknown => {\n${check}\n};\n`,
  );
  const options = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2022',
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: ['node'],
  };
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: [`${name}.ts`, 'check.ts'] }));
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
  const { stdout } = await promisify(execFile)(path.join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder]).catch(error => error);
  return { errors: stdout as string, module: await import(path.join(folder, `${name}.ts`)) };
}

type Response = Parameters<typeof toe>[0];
const send = async (query: string): Promise<Response> => JSON.parse((await gateway.ask(query, { token })).text);

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
