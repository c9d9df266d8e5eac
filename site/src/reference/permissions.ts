import { readFileSync } from 'node:fs';
import { anchorOf, ROOT } from '../../../scripts/docs/markdown.ts';
import { needOf, objects, roots } from './schema.ts';

type Rule = {
  readonly principals: readonly string[];
  readonly context: 'none' | 'tenant' | 'named';
  readonly roles: readonly string[];
  readonly statuses: readonly string[];
};

/** docs/policy.json. */
export const policy: Readonly<Record<string, Rule>> = JSON.parse(readFileSync(`${ROOT}docs/policy.json`, 'utf8'));

const words = (names: readonly string[], last: string) =>
  names.length > 1 ? `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}` : (names[0] ?? '');
const spoken = (names: readonly string[]) => names.map(name => name.replaceAll('_', ' '));

/** Who has a permission, and when, as a sentence without its end. */
export function holdersOf(permission: string): string {
  const { principals, context, roles, statuses } = policy[permission]!;
  const status = words(spoken(statuses), 'or');
  const keys = principals.includes('api_key') ? '; an API key with this scope, while the tenant is active' : '';
  if (context === 'none') return `any signed-in person${keys}`;
  const who = principals.includes('staff') ? 'platform staff' : 'any signed-in person';
  if (context === 'named') return `${who}, while the tenant that the input names is ${status}${keys}`;
  return `${words(spoken(roles), 'or')}, while the tenant is ${status}${keys}`;
}

export const permissionLink = (permission: string) => `[\`${permission}\`](./permissions.md#${anchorOf(permission)})`;

/** reference/permissions.md: each permission, who has it, and the fields that need it. */
export function permissionsPage(): string {
  const fields = [
    ...Object.entries(roots).map(([page, type]) => ({ page, type })),
    ...objects.map(type => ({ page: type.name, type })),
  ].flatMap(({ page, type }) =>
    Object.values(type.getFields()).flatMap(field => {
      const need = needOf(field);
      return need ? [{ permission: need.permission, link: `[\`${type.name}.${field.name}\`](./${page}.md#${anchorOf(field.name)})` }] : [];
    }),
  );
  const sections = Object.keys(policy).map(permission => {
    const links = fields.filter(field => field.permission === permission).map(({ link }) => link);
    const who = holdersOf(permission);
    const name = permission.toUpperCase().replaceAll(/[:-]/g, '_');
    return `## \`${permission}\`\n\nIn the schema \`${name}\`. ${who[0]!.toUpperCase()}${who.slice(1)}.\n\n${links.length ? links.join(' ') : 'No field of its own.'}\n`;
  });
  return `# Permissions\n\nEach permission, who has it, and the fields that need it. [access-matrix.md](../access-matrix.md) is the same\nas one table.\n\n${sections.join('\n')}`;
}
