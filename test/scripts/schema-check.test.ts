import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compare, unannounced } from '../../scripts/evolution/compare.ts';
import { parseSurface, surfaceAt } from '../../scripts/evolution/surface.ts';
import { dateIn } from '../../src/graphql/core/deprecation.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HEAD = `directive @requires(permission: String!) on FIELD_DEFINITION
directive @public on FIELD_DEFINITION
directive @semanticNonNull on FIELD_DEFINITION
`;
const POLICY = {
  'a:read': {
    principals: ['user', 'api_key'],
    context: 'tenant',
    roles: ['owner', 'viewer'],
    statuses: ['active', 'suspended'],
    feature: null,
  },
};
const TODAY = new Date('2027-06-01T00:00:00Z');

type Case = { readonly schema: string; readonly policy?: object };

/** The messages of the changes that aren't allowed today. */
async function refused(before: Case, after: Case): Promise<readonly string[]> {
  const surface = ({ schema, policy = POLICY }: Case) => parseSurface(HEAD + schema, JSON.stringify(policy));
  return unannounced(await compare(surface(before), surface(after)), TODAY).map(({ message }) => message);
}
const query = (fields: string, more = '') => ({ schema: `type Query { kept: Int @public ${fields} } ${more}` });
const old = (date: string) => `@deprecated(reason: "Use kept. It is removed after ${date}.")`;

describe('a removal', () => {
  // biome-ignore format: a table is read by its columns
  test.each([
    ['without a deprecation is refused',                        '@public',                     ["Field 'gone' was removed from object type 'Query'"]],
    ['90 days after the date of its deprecation is allowed',    old('2027-03-03'),             []],
    ['89 days after that date is refused',                      old('2027-03-04'),             ["Field 'gone' (deprecated) was removed from object type 'Query'"]],
    ['before that date is refused',                             old('2027-12-01'),             ["Field 'gone' (deprecated) was removed from object type 'Query'"]],
    ['whose deprecation has no date is refused',                '@deprecated(reason: "Old.")', ["Field 'gone' (deprecated) was removed from object type 'Query'"]],
  ])('of a field %s', async (_what, directives, messages) => {
    expect(await refused(query(`gone: Int ${directives}`), query(''))).toEqual(messages);
  });

  test('of a value of an enum and of an argument needs a deprecation of their own', async () => {
    const earlier = (directives: string) => query(`list(by: Order, at: Int ${directives}): Int`, `enum Order { A B ${directives} }`);
    const later = query('list(by: Order): Int', 'enum Order { A }');
    expect(await refused(earlier(''), later)).toHaveLength(2);
    expect(await refused(earlier(old('2027-01-01')), later)).toEqual([]);
  });

  test('of a type is allowed with the last field that leads to it', async () => {
    const type = 'type Old { id: Int inner: Older } type Older { id: Int }';
    expect(await refused(query(`old: Old ${old('2027-01-01')}`, type), query(''))).toEqual([]);
    const also = `also: Old ${old('2027-05-01')}`;
    expect(await refused(query(`old: Old ${old('2027-01-01')} ${also}`, type), query(''))).toHaveLength(3);
    expect(await refused(query(`old: Old ${old('2027-01-01')} list: [Older]`, type), query('list: Int'))).not.toEqual([]);
  });

  test('a reason names its date in one form', () => {
    expect(['removed after 2027-03-01.', 'removed after 2027-13-01', 'removed on 2027-03-01', null].map(dateIn)).toEqual([
      ...['2027-03-01', null, null, null],
    ]);
  });
});

describe('other changes', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string, number]>([
    ['a new field is allowed',                                 '',                              'more: Int @public',               0],
    ['a new optional argument is allowed',                     'f: Int @public',                'f(a: Int): Int @public',          0],
    ['a new required argument is refused',                     'f: Int @public',                'f(a: Int!): Int @public',         1],
    ['another type is refused',                                'f: Int @public',                'f: String @public',               1],
    ['a deprecation is allowed',                               'f: Int @public',                `f: Int @public ${old('2028-01-01')}`, 0],
    ['another permission of a field is refused',               'f: Int @requires(permission: "a:read")', 'f: Int @requires(permission: "b:read")', 1],
    ['a permission of a public field is refused',              'f: Int @public',                'f: Int @requires(permission: "a:read")', 1],
    ['a field that becomes public is allowed',                 'f: Int @requires(permission: "a:read")', 'f: Int @public',         0],
    ['a later removal is allowed',                             `f: Int @public ${old('2028-01-01')}`, `f: Int @public ${old('2028-01-02')}`, 0],
    ['an earlier removal than announced is refused',           `f: Int @public ${old('2028-01-02')}`, `f: Int @public ${old('2028-01-01')}`, 1],
    ['a null that was excluded is refused',                    'f: Int @public @semanticNonNull', 'f: Int @public',                1],
  ])('%s', async (_what, before, after, count) => {
    expect(await refused(query(before), query(after))).toHaveLength(count);
  });

  test('an input that must have exactly one field from now on is refused', async () => {
    const input = (directive: string) => query('f(by: By): Int', `input By ${directive} { a: Int b: Int }`);
    expect(await refused(input(''), input('@oneOf'))).toEqual(["Input 'By' takes exactly one of its fields"]);
    expect(await refused(input('@oneOf'), input(''))).toEqual([]);
  });

  test('a directive that operations may have cannot go, one of the schema can', async () => {
    const both = query('', 'directive @later(ms: Int) on FIELD directive @note(text: String) on FIELD_DEFINITION');
    expect(await refused(both, query(''))).toEqual(["Directive 'later' was removed"]);
    expect(await refused(both, query('', 'directive @later on FIELD directive @note on FIELD_DEFINITION'))).toHaveLength(1);
  });

  const row = POLICY['a:read'];
  // biome-ignore format: a table is read by its columns
  test.each<[string, object, readonly string[]]>([
    ['fewer roles are refused',           { 'a:read': { ...row, roles: ['owner'] } },                       ["Permission 'a:read' lost the roles viewer"]],
    ['fewer statuses are refused',        { 'a:read': { ...row, statuses: ['active'] } },                   ["Permission 'a:read' lost the statuses suspended"]],
    ['fewer principals are refused',      { 'a:read': { ...row, principals: ['user'] } },                   ["Permission 'a:read' lost the principals api_key"]],
    ['a plan feature is refused',         { 'a:read': { ...row, feature: 'advanced_analytics' } },          ["Permission 'a:read' needs the plan feature advanced_analytics"]],
    ['another context is refused',        { 'a:read': { ...row, context: 'none' } },                        ["Permission 'a:read' has the context none instead of tenant"]],
    ['a permission that goes is refused', {},                                                               ["Permission 'a:read' was removed"]],
    ['more roles are allowed',            { 'a:read': { ...row, roles: ['owner', 'viewer', 'admin'] } },    []],
    ['a new permission is allowed',       { ...POLICY, 'b:read': row },                                     []],
  ])('of the permission table: %s', async (_what, policy, messages) => {
    expect(await refused(query(''), { ...query(''), policy })).toEqual(messages);
  });
});

describe('npm run schema:check', () => {
  const run = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/schema-check.ts', ...args], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  test('says clearly that a ref is missing', () => {
    expect(run('--against', 'no-such-tag')).toEqual({
      ...{ status: 2, stdout: '' },
      stderr:
        'There is no git ref "no-such-tag" in this clone. Fetch it with `git fetch --tags`, or leave out --against to compare with baseline/.\n',
    });
    expect(run('--agianst', 'HEAD')).toMatchObject({ status: 2, stdout: '' });
  });

  test('says of a ref without the permissions that it cannot be compared with', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'ipto-surface-'));
    try {
      const git = (...args: readonly string[]) =>
        execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x.example', ...args], { cwd: folder });
      git('init', '--quiet');
      git('commit', '--quiet', '--allow-empty', '--message', 'Empty');
      expect(() => surfaceAt(folder, 'HEAD')).toThrow("HEAD has no schema.graphql: it is older than the file, and can't be compared with.");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
