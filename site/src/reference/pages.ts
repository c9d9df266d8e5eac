import { isEnumType, isInputObjectType, isObjectType, isScalarType } from 'graphql';
import { permissionsPage } from './permissions.ts';
import { enumSection, fieldSection, inputSection, mutationSection, objectPage, scalarSection } from './render.ts';
import { isOfMutation, isPart, objects, roots, types } from './schema.ts';

const fieldsOf = (name: string) => Object.values(roots[name]!.getFields());
const page = (title: string, text: string, sections: readonly string[]) => `# ${title}\n\n${text}\n\n${sections.join('\n')}`;

const index = (): string => `# Reference

Printed from [\`schema.graphql\`](../schema.graphql) and \`policy.json\`, so that it says what the gateway does.
Each field names the permission that it needs, who has it, and in which statuses of the tenant.

- [Queries](queries.md), [mutations](mutations.md), [subscriptions](subscriptions.md)
- [Permissions](permissions.md), and [errors](../errors.md)
- [Enums](enums.md), [inputs](inputs.md), [scalars](scalars.md), [connections](connections.md)

## Types

${objects.map(({ name, description }) => `- [\`${name}\`](${name}.md) ${(description ?? '').split('\n')[0]!.replaceAll('<', '&lt;')}\n`).join('')}`;

/** The pages of the reference, by name. */
export const referencePages = (): Readonly<Record<string, string>> => ({
  index: index().replace(
    '[`schema.graphql`](../schema.graphql)',
    '<a href="/schema.graphql" target="_self" download><code>schema.graphql</code></a>',
  ),
  permissions: permissionsPage(),
  queries: page(
    'Queries',
    'The fields of `Query`.',
    fieldsOf('queries').map(field => fieldSection(field, '##')),
  ),
  mutations: page(
    'Mutations',
    'The fields of `Mutation`. Each takes one input, returns a payload, and accepts an idempotency key.',
    fieldsOf('mutations').map(mutationSection),
  ),
  subscriptions: page(
    'Subscriptions',
    'The fields of `Subscription`, sent as server-sent events.',
    fieldsOf('subscriptions').map(field => fieldSection(field, '##')),
  ),
  connections: page(
    'Connections',
    'Pages of rows as Relay defines them, their edges, and `PageInfo`. Their fields need what the field needs that returns the page.',
    types
      .filter(isPart)
      .filter(isObjectType)
      .map(
        type =>
          `## ${type.name}\n\n${Object.values(type.getFields())
            .map(field => fieldSection(field, '###'))
            .join('\n')}`,
      ),
  ),
  enums: page('Enums', 'Values that a field or an argument can have.', types.filter(isEnumType).map(enumSection)),
  inputs: page(
    'Inputs',
    'Filters and other inputs of queries. Those of mutations are beside each mutation.',
    types
      .filter(isInputObjectType)
      .filter(type => !isOfMutation(type))
      .map(inputSection),
  ),
  scalars: page('Scalars', '[Clients](../clients.md#scalars) has their TypeScript types.', types.filter(isScalarType).map(scalarSection)),
  ...Object.fromEntries(objects.map(type => [type.name, objectPage(type)])),
});
