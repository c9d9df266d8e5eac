import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import { ROLE_MEANING, STATUS_MEANING } from '../../src/access/meaning.ts';
import { PERMISSIONS, type Permission, plansFor, ruleOf } from '../../src/access/policy.ts';
import { policyOf } from '../../src/access/policy-plugin.ts';
import { type PrincipalKind, ROLES, type Role, STATUSES } from '../../src/access/vocabulary.ts';

const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(...head), row(...head.map(() => '---')), ...rows.map(cells => row(...cells))].join('\n');

const WHOEVER = 'signed in';

/** The statuses by their first letters: A S P D. */
const letters = (permission: Permission) =>
  ruleOf(permission)
    .statuses.map(status => status[0]!.toUpperCase())
    .join(' ');

/**
 * What a principal of a kind that can hold a permission is told of it: where they hold it, and in
 * which statuses.
 */
function cell(permission: Permission, kind: PrincipalKind, role?: Role): string {
  const { context, principals, roles } = ruleOf(permission);
  if (!principals.includes(kind)) return '·';
  if (context === 'none') return WHOEVER;
  if (context === 'named') return kind === 'user' ? `${WHOEVER}: ${letters(permission)}` : letters(permission);
  if (kind === 'api_key') return 'A';
  return role && roles.includes(role) ? letters(permission) : '·';
}

function permissionRow(permission: Permission): readonly string[] {
  return [
    `\`${permission}\``,
    ...ROLES.map(role => cell(permission, 'user', role)),
    cell(permission, 'api_key'),
    cell(permission, 'staff'),
    plansFor(ruleOf(permission))?.join(', ') ?? 'any',
    ruleOf(permission).meaning,
  ];
}

/** `Type.field` of every field, by what it needs. */
function fieldsBy(schema: GraphQLSchema): ReadonlyMap<string, readonly string[]> {
  const fields = Object.values(schema.getTypeMap())
    .filter(type => !type.name.startsWith('__') && (isObjectType(type) || isInterfaceType(type)))
    .flatMap(type =>
      isObjectType(type) || isInterfaceType(type)
        ? Object.values(type.getFields()).map(field => ({ at: `${type.name}.${field.name}`, policy: policyOf(field)! }))
        : [],
    );
  return new Map(
    [...PERMISSIONS, 'public', 'as-parent'].map(policy => [
      policy,
      fields
        .filter(field => field.policy === policy)
        .map(({ at }) => at)
        .sort(),
    ]),
  );
}

/** docs/access-matrix.md. */
export const printAccessMatrix = (schema: GraphQLSchema): string => `<!-- Printed from src/access/policy.ts by \`npm run print\`. -->

# Who may do what

A member holds a permission if one of their roles has an entry in its row, while the tenant is in one of the statuses of that entry:
**A** active, **S** suspended, **P** pending deletion, **D** deleted. In a deleted tenant no member holds anything. An API key holds what its
scopes name, of the rows that say so, while the tenant is active.

What is **signed in** needs no membership: everybody holds it who is signed in as a person. Where letters follow, it is done in another tenant,
to which what they send leads, and that tenant must be in one of these statuses. Platform staff are members of nothing: theirs are the statuses
of the tenant that they name.

${table(['permission', ...ROLES.map(role => role.replace('_', ' ')), 'API key', 'staff', 'plan', 'lets one'], PERMISSIONS.map(permissionRow))}

## Roles

${table(
  ['role', 'is for'],
  ROLES.map(role => [`\`${role}\``, ROLE_MEANING[role]]),
)}

## Statuses

${table(
  ['status', 'means'],
  STATUSES.map(status => [`\`${status}\``, STATUS_MEANING[status]]),
)}

## Fields

Each field of the schema and what it needs. \`public\` is for everybody; \`as-parent\` are the wrappers of Relay's connections, which hold
nothing of their own and are reached through a guarded field only.

${table(
  ['needs', 'fields'],
  [...fieldsBy(schema)].map(([policy, fields]) => [`\`${policy}\``, fields.map(field => `\`${field}\``).join(' ') || '—']),
)}
`;
