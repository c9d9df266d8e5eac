import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { dateIn, deprecatedParts } from '../../src/graphql/core/deprecation.ts';
import type { SurfaceChange } from './surface.ts';

type Field = GraphQLField<unknown, unknown> | GraphQLInputField;

/** The fields of an object, an interface or an input. */
function fieldsOf(schema: GraphQLSchema, name: string): Readonly<Record<string, Field>> {
  const type = schema.getType(name);
  return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? type.getFields() : {};
}

/**
 * The date of the deprecation of what a path leads to: `Type`, `Type.field`, `Type.field.argument`
 * or `Enum.VALUE`. Null if it isn't deprecated. A type is removed with the last of the fields and
 * arguments that lead to it.
 */
export function removalAt(schema: GraphQLSchema, path: string): string | null {
  const [name, member, argument] = path.split('.') as [string, ...string[]];
  if (member === undefined) return removalOfType(schema, name, new Set());
  const type = schema.getType(name);
  if (isEnumType(type)) return dateIn(type.getValue(member)?.deprecationReason);
  const field = fieldsOf(schema, name)[member];
  if (!field) return null; // a union's member, an interface
  if (argument === undefined) return dateIn(field.deprecationReason);
  return 'args' in field ? dateIn(field.args.find(arg => arg.name === argument)?.deprecationReason) : null;
}

function removalOfType(schema: GraphQLSchema, name: string, visited: Set<string>): string | null {
  visited.add(name);
  const dates = referencesTo(schema, name).map(({ owner, reason }) =>
    visited.has(owner) ? '' : (dateIn(reason) ?? removalOfType(schema, owner, visited)),
  );
  return dates.length && dates.every(date => date !== null) ? (dates as string[]).sort().at(-1) || null : null;
}

/** The fields, arguments and unions that lead to a type. */
const referencesTo = (schema: GraphQLSchema, name: string): readonly { owner: string; reason: string | null | undefined }[] =>
  Object.values(schema.getTypeMap()).flatMap(type => {
    if (isUnionType(type)) return type.getTypes().some(member => member.name === name) ? [{ owner: type.name, reason: null }] : [];
    return Object.values(fieldsOf(schema, type.name)).flatMap(field => {
      const places = [field, ...('args' in field ? field.args : [])];
      return places
        .filter(place => getNamedType(place.type).name === name)
        .map(place => ({ owner: type.name, reason: place.deprecationReason ?? field.deprecationReason }));
    });
  });

/** Deprecated parts whose announced date is earlier than before. */
export function earlierRemovals(before: GraphQLSchema, after: GraphQLSchema): readonly SurfaceChange[] {
  const now = deprecatedParts(after);
  return [...deprecatedParts(before)].flatMap(([part, reason]) => {
    const [was, is] = [dateIn(reason), dateIn(now.get(part))];
    if (was === null || is === null || is >= was) return [];
    return [{ message: `The removal of '${part}' is announced for ${is} instead of ${was}`, severity: 'breaking' as const }];
  });
}
