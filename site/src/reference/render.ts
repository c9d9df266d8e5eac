import {
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLScalarType,
  type GraphQLType,
  getNamedType,
} from 'graphql';
import { holdersOf, permissionLink } from './permissions.ts';
import { type Field, isPart, isPublic, isSemanticNonNull, linkOf, needOf, schema } from './schema.ts';

const DESCRIBED_NEED = /\n*\*\*(?:Needs\*\*|Public\.\*\*)[\s\S]*$/;

/** A description without what it says of permissions, which the reference says in its own words. */
export const describe = (text: string | null | undefined): string => (text ?? '').replace(DESCRIBED_NEED, '').replaceAll('<', '&lt;');

const cell = (text: string) => text.replaceAll('\n', ' ').replaceAll('|', '\\|');

/** A type with its brackets, as a link. */
export function typeLink(type: GraphQLType): string {
  const link = linkOf(getNamedType(type));
  return link ? `[\`${type}\`](${link})` : `\`${type}\``;
}

const defaultOf = ({ defaultValue }: GraphQLArgument | GraphQLInputField) =>
  defaultValue === undefined ? '' : ` Default: \`${JSON.stringify(defaultValue)}\`.`;

/** A table of arguments, or of the fields of an input. */
export const inputTable = (title: string, inputs: readonly (GraphQLArgument | GraphQLInputField)[]): string =>
  inputs.length
    ? `| ${title} | type | |\n|---|---|---|\n${inputs
        .map(input => `| \`${input.name}\` | ${typeLink(input.type)} | ${cell(describe(input.description))}${defaultOf(input)} |\n`)
        .join('')}\n`
    : '';

/** What a field needs, as a paragraph. */
function needText(field: Field): string {
  const need = needOf(field);
  if (!need) return isPublic(field) ? '<Badge type="tip" text="public" /> Anybody may read it.' : '';
  const plans = need.plans ? `, on the plan ${need.plans.map(plan => plan.toUpperCase()).join(' or ')}` : '';
  return `<Badge type="warning" text="needs" /> ${permissionLink(need.permission)}: ${holdersOf(need.permission)}${plans}.`;
}

function nullText(field: Field): string {
  if (String(field.type).endsWith('!')) return '';
  return isSemanticNonNull(field) ? 'Null only if it was refused or failed.' : 'May be null.';
}

/** A field with its type, what it needs, and its arguments, under a heading of a level. */
export function fieldSection(field: Field, level: string): string {
  const deprecated = field.deprecationReason ? `<Badge type="danger" text="deprecated" /> ${field.deprecationReason}` : '';
  const paragraphs = [
    `${typeLink(field.type)} ${nullText(field)}`,
    deprecated,
    describe(field.description),
    needText(field),
    inputTable('argument', field.args),
  ];
  return `${level} ${field.name}\n\n${paragraphs.filter(Boolean).join('\n\n')}\n`;
}

/** A mutation with the fields of its input and of its payload. */
export function mutationSection(field: Field): string {
  const input = getNamedType(field.args[0]!.type) as GraphQLInputObjectType;
  const payload = getNamedType(field.type) as GraphQLObjectType;
  const results = Object.values(payload.getFields())
    .map(result => `| \`${result.name}\` | ${typeLink(result.type)} | ${cell(describe(result.description))} |\n`)
    .join('');
  const head = [`\`${input.name}\` → \`${payload.name}\``, describe(field.description), needText(field)].filter(Boolean).join('\n\n');
  return `## ${field.name}\n\n${head}\n\n${inputTable('input', Object.values(input.getFields()))}| payload | type | |\n|---|---|---|\n${results}`;
}

/** The page of an object type or an interface. */
export function objectPage(type: GraphQLObjectType): string {
  const interfaces = type.getInterfaces?.().map(each => typeLink(each)) ?? [];
  const users = usersOf(type);
  return `# ${type.name}

${[describe(type.description), interfaces.length ? `Implements ${interfaces.join(', ')}.` : '', users.length ? `Returned by ${users.join(', ')}.` : ''].filter(Boolean).join('\n\n')}

${Object.values(type.getFields())
  .map(field => fieldSection(field, '##'))
  .join('\n')}`;
}

/** The fields that return a type, or a page of it. */
function usersOf(target: GraphQLObjectType): readonly string[] {
  const pages: Readonly<Record<string, string>> = { Query: 'queries', Mutation: 'mutations', Subscription: 'subscriptions' };
  const itemOf = (name: string) => (name.endsWith('Connection') ? getNamedType(edgesOf(name)!.node!.type).name : name);
  return Object.values(schema.getTypeMap()).flatMap(type =>
    'getFields' in type && 'getInterfaces' in type && !isPart(type) && !type.name.startsWith('__')
      ? Object.values((type as GraphQLObjectType).getFields())
          .filter(field => itemOf(getNamedType(field.type).name) === target.name)
          .flatMap(field => {
            const page = pages[type.name] ?? linkOf(type)?.replace('./', '').split('.md')[0];
            const anchor = type.name.endsWith('Payload') ? linkOf(type)!.split('#')[1] : field.name.toLowerCase();
            return page ? [`[\`${type.name}.${field.name}\`](./${page}.md#${anchor})`] : [];
          })
      : [],
  );
}

function edgesOf(connection: string) {
  const { edges } = (schema.getType(connection) as GraphQLObjectType).getFields();
  return edges && (getNamedType(edges.type) as GraphQLObjectType).getFields();
}

export const enumSection = (type: GraphQLEnumType): string =>
  `## ${type.name}\n\n${describe(type.description)}\n\n| value | |\n|---|---|\n${type
    .getValues()
    .map(({ name, description }) => `| \`${name}\` | ${cell(describe(description))} |\n`)
    .join('')}`;

export const inputSection = (type: GraphQLInputObjectType): string =>
  `## ${type.name}\n\n${describe(type.description)}\n\n${inputTable('field', Object.values(type.getFields()))}`;

export const scalarSection = ({ name, description, specifiedByURL }: GraphQLScalarType): string =>
  `## ${name}\n\n${describe(description)}${specifiedByURL ? `\n\nSpecified by <${specifiedByURL}>.` : ''}\n`;
