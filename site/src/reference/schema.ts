import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getDirectiveValues,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { anchorOf, ROOT } from '../../../scripts/docs/markdown.ts';

export const schema = buildSchema(readFileSync(`${ROOT}schema.graphql`, 'utf8'));

export type Field = GraphQLField<unknown, unknown>;

/** All types of the schema that aren't GraphQL's own, by name. */
export const types: readonly GraphQLNamedType[] = Object.values(schema.getTypeMap())
  .filter(type => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
  .sort((a, b) => (a.name < b.name ? -1 : 1));

export const roots: Readonly<Record<string, GraphQLObjectType>> = {
  queries: schema.getQueryType()!,
  mutations: schema.getMutationType()!,
  subscriptions: schema.getSubscriptionType()!,
};

/** The mutation of each input and payload, which are documented beside it. */
const mutationOf = new Map(
  Object.values(roots.mutations!.getFields()).flatMap(field =>
    [field.type, ...field.args.map(({ type }) => type)].map(type => [getNamedType(type).name, field.name] as const),
  ),
);

export const isRoot = (type: GraphQLNamedType): boolean => Object.values(roots).some(({ name }) => name === type.name);
export const isPart = (type: GraphQLNamedType): boolean => /(Connection|Edge)$/.test(type.name) || type.name === 'PageInfo';
export const isOfMutation = (type: GraphQLNamedType): boolean => mutationOf.has(type.name) && !isEnumType(type);

/** The object types with a page of their own. */
export const objects = types.filter(
  (type): type is GraphQLObjectType =>
    (isObjectType(type) || isInterfaceType(type)) && !isRoot(type) && !isPart(type) && !isOfMutation(type),
);

/** Where a type is documented, as a link of a page in the same folder; null for GraphQL's own. */
export function linkOf(type: GraphQLNamedType): string | null {
  if (isSpecifiedScalarType(type)) return null;
  const anchor = anchorOf(type.name);
  if (isOfMutation(type)) return `./mutations.md#${anchorOf(mutationOf.get(type.name)!)}`;
  if (isPart(type)) return `./connections.md#${anchor}`;
  if (isEnumType(type)) return `./enums.md#${anchor}`;
  if (isInputObjectType(type)) return `./inputs.md#${anchor}`;
  return isObjectType(type) || isInterfaceType(type) ? `./${type.name}.md` : `./scalars.md#${anchor}`;
}

/** The permission that a field needs, and the plans that include it; null for a public field. */
export function needOf({ astNode }: Field): { readonly permission: string; readonly plans: readonly string[] | null } | null {
  const values = getDirectiveValues(schema.getDirective('requires')!, astNode ?? {});
  return values ? { permission: String(values.permission), plans: (values.plans as string[] | undefined) ?? null } : null;
}

/** Whether a field may be read by everybody; the wrappers of connections are neither. */
export const isPublic = ({ astNode }: Field): boolean => astNode?.directives?.some(({ name }) => name.value === 'public') ?? false;

/** Whether a field is null only if it was refused or failed. */
export const isSemanticNonNull = ({ astNode }: Field): boolean =>
  astNode?.directives?.some(({ name }) => name.value === 'semanticNonNull') ?? false;
