import { type GraphQLEnumType, type GraphQLLeafType, isEnumType } from 'graphql';
import type { ColumnFormat } from '../database/sql/json-shape.ts';
import { Unsupported } from './unsupported.ts';

const FORMATS: Readonly<Record<string, ColumnFormat>> = {
  ...{ String: 'plain', ID: 'plain', Int: 'plain', Boolean: 'plain', DateTime: 'moment', ByteCount: 'text' },
};

/** How PostgreSQL writes a column as a leaf type. */
export function formatOf(type: GraphQLLeafType): ColumnFormat {
  if (isEnumType(type)) return namesOf(type);
  const format = FORMATS[type.name];
  if (format === undefined) throw new Unsupported('shape');
  return format;
}

const enumNames = new WeakMap<GraphQLEnumType, ReadonlyMap<string, string>>();

/** The name of each of an enum's values. */
function namesOf(type: GraphQLEnumType): ReadonlyMap<string, string> {
  const names = enumNames.get(type) ?? new Map(type.getValues().map(({ name, value }) => [String(value), name]));
  enumNames.set(type, names);
  return names;
}
