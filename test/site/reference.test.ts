import { expect, test } from 'vitest';
import { referencePages } from '../../site/src/reference/pages.ts';
import { rewrite } from '../../site/src/rewrite.ts';

const pages = referencePages();
const section = (page: string, heading: string) => pages[page]!.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;

test('G1: a field of the reference says who may read it', () => {
  expect(section('User', 'email')).toContain(
    '[`member:read-email`](./permissions.md#memberread-email): owner or admin, while the tenant is active, suspended or pending deletion.',
  );
  expect(section('queries', 'plans')).toContain('Anybody may read it.');
  expect(section('Analytics', 'byDay')).toContain('on the plan PROFESSIONAL or ENTERPRISE.');
});

test('a permission of the reference lists the fields that need it', () => {
  expect(section('permissions', '`member:read-email`')).toContain('[`User.email`](./User.md#email)');
  expect(section('permissions', '`tenant:rename`')).toContain('[`Mutation.renameTenant`](./mutations.md#renametenant)');
});

test('a mutation has its input and its payload', () => {
  const text = section('mutations', 'renameTenant');
  expect(text).toContain('| `name` | `String!` |');
  expect(text).toContain('| `tenant` | [`Tenant`](./Tenant.md) |');
});

test('links lead to pages of the site, to files of it, or are text', () => {
  const text =
    'See [errors.md](errors.md#retries), [a test](../test/a.test.ts), [the schema](../schema.graphql).\n\n```md\n[x](y.md)\n```\n';
  expect(rewrite('docs/api.md', text)).toBe(
    'See [Errors](./errors.md#retries), a test, <a href="/schema.graphql" target="_self" download>the schema</a>.\n\n```md\n[x](y.md)\n```\n',
  );
  expect(rewrite('docs/guides/partner.md', '[the client](../../packages/client/README.md)')).toBe('[the client](../client-package.md)');
});
