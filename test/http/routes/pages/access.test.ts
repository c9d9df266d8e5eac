import { describe, expect, test } from 'vitest';
import { fieldsByPolicy } from '../../../../src/access/fields-by-policy.ts';
import { buildSchema } from '../../../../src/graphql/schema.ts';
import { type Fields, matrixOf } from '../../../../src/http/routes/pages/access/matrix.ts';
import { verdictOf } from '../../../../src/http/routes/pages/access/may-i.ts';
import { accessParams, COLUMNS } from '../../../../src/http/routes/pages/access/params.ts';
import {
  expected,
  PERMISSION_NAMES,
  type PermissionName,
  PLANS,
  PLANS_WITH,
  type Plan,
  STATUSES,
  type Status,
} from '../../../access/expectation.ts';

const FIELDS = fieldsByPolicy(buildSchema());
const params = (search: string) => accessParams(new URLSearchParams(search));
const rowsOf = (search: string, fields: Fields = FIELDS) => matrixOf(params(search), fields).flatMap(({ rows }) => rows);

/** Whether a column has a permission, from the table that is written by hand. */
function isExpected(permission: PermissionName, column: (typeof COLUMNS)[number], status: Status, plan: Plan): boolean {
  const { roles, statuses, principals, context, feature } = expected(permission);
  const kind = column === 'api_key' || column === 'staff' ? column : 'user';
  if (!principals.includes(kind)) return false;
  if (context === 'none') return true;
  if (context === 'tenant' && kind === 'user' && !roles.includes(column as never)) return false;
  if (kind === 'api_key' && status !== 'active') return false;
  return statuses.includes(status) && (!feature || (PLANS_WITH[feature] as readonly Plan[]).includes(plan));
}

describe('the matrix of the page "May I?"', () => {
  test('P5, R1, S2: is the table of the roles, statuses and plans, for every status and plan', () => {
    for (const status of STATUSES)
      for (const plan of PLANS) {
        const rows = rowsOf(`in=${status}&on=${plan}`);
        const shown = new Map(rows.map(({ permission, cells }) => [permission, cells.map(({ letters }) => letters)]));
        expect(shown.size).toBe(rows.length);
        expect(shown).toEqual(
          new Map(
            PERMISSION_NAMES.map(permission => [
              permission,
              COLUMNS.map(column => (isExpected(permission, column, status, plan) ? '✓' : '·')),
            ]),
          ),
        );
      }
  });

  test('says in which statuses a permission works, as letters and in words', () => {
    const [row] = rowsOf('find=deletion:request');
    expect(row!.cells[0]).toEqual({ letters: 'A S', words: 'owner: while active, suspended' });
    expect(row!.cells[1]).toEqual({ letters: '·', words: 'admin: no' });
  });

  test('finds a permission by its name, its meaning, and a field that needs it', () => {
    expect(rowsOf('find=ownership:').map(({ permission }) => permission)).toEqual(['ownership:transfer']);
    expect(rowsOf('find=ERASE+YOURSELF').map(({ permission }) => permission)).toEqual(['person:erase']);
    expect(rowsOf('find=tenant.billingemail')).toMatchObject([{ permission: 'billing-contact:read', matches: ['Tenant.billingEmail'] }]);
    expect(rowsOf('find=nothing+like+it')).toEqual([]);
  });

  test('names no field where the schema is closed', () => {
    expect(rowsOf('find=tenant.billingemail', null)).toEqual([]);
    expect(rowsOf('', null).flatMap(({ fields }) => fields)).toEqual([]);
  });

  test('groups the permissions by noun', () => {
    const groups = matrixOf(params('find=deletion'), FIELDS);
    expect(groups.map(({ noun, rows }) => [noun, rows.length])).toContainEqual(['deletion', 2]);
  });
});

describe('the answer to "may I?"', () => {
  test('lists every obstacle with its reason, and what would help', () => {
    expect(verdictOf(params('as=operator&status=suspended&plan=FREE&permission=analytics:read-series')).obstacles).toEqual([
      {
        why: 'analytics:read-series needs the role owner, admin, seller_manager or viewer.',
        help: 'A member with the role owner, admin, seller_manager or viewer can do it.',
      },
      {
        why: 'analytics:read-series needs the plan PROFESSIONAL or ENTERPRISE.',
        help: "Change the tenant's plan to PROFESSIONAL or ENTERPRISE.",
      },
    ]);
  });

  test.each([
    ['as=nobody&permission=tenant:create', ['Sign in as a person.']],
    ['as=nobody&permission=staff:resume', ['Sign in as platform staff.', 'The tenant would have to be suspended.']],
    [
      'as=api_key&permission=member:list',
      ['No API key can. A member with the role owner, admin, seller_manager, buyer_manager or viewer can.'],
    ],
    ['as=api_key&status=suspended&permission=tenant:read', ['The tenant would have to be active.']],
    ['as=owner&permission=staff:suspend', ['Platform staff can do it.']],
    ['as=user&permission=person:erase', []],
    ['as=owner&status=pending_deletion&permission=deletion:cancel', []],
  ])('%s', (search, help) => {
    expect(verdictOf(params(search)).obstacles.map(obstacle => obstacle.help)).toEqual(help);
  });

  test('takes defaults for what is missing or unknown', () => {
    expect(params('as=king&status=&in=x&find=%20a%20')).toMatchObject({ as: 'viewer', status: 'active', in: 'any', find: 'a' });
  });
});
