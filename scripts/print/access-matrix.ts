import type { GraphQLSchema } from 'graphql';
import { fieldsByPolicy } from '../../src/access/fields-by-policy.ts';
import { ROLE_MEANING, STATUS_MEANING } from '../../src/access/meaning.ts';
import { permissionName } from '../../src/access/permission-name.ts';
import { PERMISSIONS, type Permission, plansFor, ruleOf } from '../../src/access/policy.ts';
import { type PrincipalKind, ROLES, type Role, STATUSES } from '../../src/access/vocabulary.ts';

const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(...head), row(...head.map(() => '---')), ...rows.map(cells => row(...cells))].join('\n');

const SIGNED_IN = 'signed in';

/** The statuses by their first letters: A S P D. */
const letters = (permission: Permission) =>
  ruleOf(permission)
    .statuses.map(status => status[0]!.toUpperCase())
    .join(' ');

/** A cell of the matrix: in which statuses a kind of principal, or a role, has a permission. */
function cell(permission: Permission, kind: PrincipalKind, role?: Role): string {
  const { context, principals, roles } = ruleOf(permission);
  if (!principals.includes(kind)) return '·';
  if (context === 'none') return SIGNED_IN;
  if (context === 'named') return kind === 'user' ? `${SIGNED_IN}: ${letters(permission)}` : letters(permission);
  if (kind === 'api_key') return 'A';
  return role && roles.includes(role) ? letters(permission) : '·';
}

function permissionRow(permission: Permission): readonly string[] {
  return [
    `\`${permission}\``,
    `\`${permissionName(permission)}\``,
    ...ROLES.map(role => cell(permission, 'user', role)),
    cell(permission, 'api_key'),
    cell(permission, 'staff'),
    plansFor(ruleOf(permission))?.join(', ') ?? 'any',
    ruleOf(permission).meaning,
  ];
}

/** docs/access-matrix.md. */
export const printAccessMatrix = (schema: GraphQLSchema): string => `<!-- Printed from src/access/policy.ts by \`npm run print\`. -->

# Who may do what

A member has a permission if one of their roles has an entry in its row, while the tenant's status is
one of the entry's letters: **A** active, **S** suspended, **P** pending deletion, **D** deleted. In a
deleted tenant no member has any permission. An API key has the permissions of its scopes, if the
column "API key" has an entry, while the tenant is active.

**signed in** needs no membership: every signed-in person has the permission. Letters after it are the
statuses of the tenant that the input names (an invitation's tenant). Platform staff are members of no
tenant; the letters in their column are the statuses of the tenant that their input names.

${table(['permission', 'in the schema', ...ROLES.map(role => role.replace('_', ' ')), 'API key', 'staff', 'plan', 'allows'], PERMISSIONS.map(permissionRow))}

## Roles

${table(
  ['role', 'purpose'],
  ROLES.map(role => [`\`${role}\``, ROLE_MEANING[role]]),
)}

## Statuses

${table(
  ['status', 'meaning'],
  STATUSES.map(status => [`\`${status}\``, STATUS_MEANING[status]]),
)}

## Fields

The fields of the schema by their policy. \`public\` fields need no permission. \`as-parent\` fields are
the wrappers of Relay's connections: they have no data of their own, and only a guarded field leads to
them.

${table(
  ['policy', 'fields'],
  [...fieldsByPolicy(schema)].map(([policy, fields]) => [`\`${policy}\``, fields.map(field => `\`${field}\``).join(' ') || '—']),
)}
`;
