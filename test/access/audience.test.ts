import { type DocumentNode, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { audienceOf, featuresOf } from '../../src/access/audience.ts';
import { grantOf } from '../../src/access/grant.ts';
import { forecastRefusals, requiredPermissions } from '../../src/executor/forecast.ts';
import { PreparedOperation } from '../../src/executor/prepared-operation.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { QUESTIONS } from '../executor/queries.ts';
import { PLANS, ROLES, STATUSES } from './expectation.ts';
import { READ_NODES } from './questions.ts';

const schema = buildSchema();
const LIVE = STATUSES.filter(status => status !== 'deleted');
const TENANT = '0190d0d0-0000-7000-8000-000000000200';

/** Every valid operation of the questions, with `@skip` and variables that all are given. */
const DOCUMENTS: readonly (readonly [string, DocumentNode])[] = Object.entries(QUESTIONS).flatMap(([name, { ask }]) => {
  try {
    const document = parse(typeof ask === 'string' ? '' : ((ask as { query?: string })?.query ?? ''));
    const isUsable =
      document.definitions.filter(({ kind }) => kind === 'OperationDefinition').length === 1 && !validate(schema, document).length;
    return isUsable && !JSON.stringify(document).match(/"(skip|include|node|nodes)"/) ? [[name, document] as const] : [];
  } catch {
    return [];
  }
});

describe('G9, G10: who can run a document completely', () => {
  test.each(DOCUMENTS)('is whose forecast has no refusal, for each role, status and plan: %s', (_name, document) => {
    const operation = PreparedOperation.of(schema, { document })!;
    const { roles, statuses, plans } = audienceOf(requiredPermissions(operation));
    for (const role of ROLES)
      for (const status of LIVE)
        for (const plan of PLANS) {
          const grant = grantOf({ kind: 'user' }, { tenantId: TENANT, status, features: featuresOf(plan), roles: [role] });
          const isRefused = forecastRefusals(operation, {}, grant).length > 0;
          expect([role, status, plan, roles.includes(role) && statuses.includes(status) && plans.includes(plan)]).toEqual([
            role,
            status,
            plan,
            !isRefused,
          ]);
        }
  });

  test('there are enough documents', () => expect(DOCUMENTS.length).toBeGreaterThan(15));

  test('an id in a variable may be of any type that has selections', () => {
    const of = (text: string) => [...requiredPermissions(PreparedOperation.of(schema, { document: parse(text) })!)].sort();
    expect(of('query ($id: ID!) { node(id: $id) { id ... on Dataset { name } } }')).toEqual(['dataset:read']);
    expect(
      of('query ($id: ID!) { node(id: $id) { ...F } } fragment F on Node { ... on Membership { user { email } } ... on Tenant { name } }'),
    ).toEqual(['member:list', 'member:read-email', 'tenant:read']);
    expect(of(READ_NODES)).toContain('charge:read');
  });
});
