import { type GraphQLEnumType, type GraphQLLeafType, getNamedType, getNullableType, isEnumType, isLeafType, isListType } from 'graphql';
import type { Grant } from '../access/grant.ts';
import { isAllowed, UNREAD_ROW } from '../access/is-allowed.ts';
import type { Permission } from '../access/policy.ts';
import { isColumn } from '../database/sql/data-model.ts';
import type { ColumnFormat, JsonShape, JsonValue } from '../database/sql/json-shape.ts';
import type { ColumnsOf } from '../graphql/core/columns.ts';
import { type Built, checkedFor } from './permission-check.ts';
import type { FieldPlan, ObjectPlan } from './query-plan.ts';

/** An object whose rows the database writes as JSON, with what is refused of it. */
export type Shaped = Built & {
  readonly shape: JsonShape;
  /**
   * The fields that are refused, with the keys that lead to each; none of them is in a list, whose
   * length would have to be known.
   */
  readonly refused: readonly { readonly field: FieldPlan; readonly path: readonly string[] }[];
  /** The pages, each of which must be asked for from the front. */
  readonly pages: readonly FieldPlan[];
};

type Draft = {
  readonly grant: Grant;
  readonly refused: { readonly field: FieldPlan; readonly path: readonly string[] }[];
  readonly pages: FieldPlan[];
};

/** What a value can't be written for by the database: rows are read, then. */
class UnsupportedShape extends Error {}

const shapes = new WeakMap<ObjectPlan, WeakMap<ReadonlySet<Permission>, Shaped | null>>();

/** How the database writes an object for a grant's permissions, or null where it can't. */
export function shapedFor(plan: ObjectPlan, grant: Grant): Shaped | null {
  const byPermissions = shapes.get(plan) ?? new WeakMap<ReadonlySet<Permission>, Shaped | null>();
  shapes.set(plan, byPermissions);
  const cached = byPermissions.get(grant.permissions);
  if (cached !== undefined) return cached && checkedFor(cached, grant);
  const shaped = draft(plan, grant);
  byPermissions.set(grant.permissions, shaped);
  return shaped;
}

/** From now on rows are read for it. */
export const forgetShape = (plan: ObjectPlan, permissions: ReadonlySet<Permission>): void => void shapes.get(plan)?.set(permissions, null);

function draft(plan: ObjectPlan, grant: Grant): Shaped | null {
  const into: Draft = { grant, refused: [], pages: [] };
  try {
    return { permissions: grant.permissions, shape: shapeOf(plan, into, []), refused: into.refused, pages: into.pages };
  } catch (error) {
    if (error instanceof UnsupportedShape) return null;
    throw error;
  }
}

/** `path` leads to the object; null inside of a list. */
const shapeOf = (plan: ObjectPlan, into: Draft, path: readonly string[] | null): JsonShape => ({
  entries: plan.fields.map(field => [field.key, formOf(plan, field, into, path)] as const),
});

function formOf(parent: ObjectPlan, field: FieldPlan, into: Draft, path: readonly string[] | null): JsonValue {
  if (!isAllowed(field.access, into.grant, UNREAD_ROW)) {
    if (!path || !field.isNullable) throw new UnsupportedShape();
    into.refused.push({ field, path: [...path, field.key] });
    return { kind: 'text', text: 'null' };
  }
  const { shape, nodes } = field;
  const { pothosPrismaRelationField, page, columns } = field.field.extensions as Extensions;
  if (nodes[0]!.name.value === '__typename') return { kind: 'text', text: `"${parent.type.name}"` };
  const within = path && [...path, field.key];
  if (shape.kind === 'object' && page) return connection(shape.object, field, page, into);
  if (shape.kind === 'object' && pothosPrismaRelationField)
    return { kind: 'one', relation: pothosPrismaRelationField.name, shape: shapeOf(shape.object, into, within) };
  if (columns && 'money' in columns && shape.kind === 'object') return { kind: 'object', shape: money(shape.object, columns.money) };
  if (columns && 'count' in columns) return { kind: 'count', relation: columns.count };
  return leaf(parent, field);
}

type Extensions = {
  readonly pothosPrismaRelationField?: { readonly name: string; readonly isList: boolean };
  readonly pothosExposedField?: string;
  /** The relation whose rows a connection pages through. */
  readonly page?: string;
  readonly columns?: ColumnsOf;
};

function connection(plan: ObjectPlan, field: FieldPlan, relation: string, into: Draft): JsonValue {
  into.pages.push(field);
  const entries = plan.fields.map(inner => {
    const form = (): JsonValue => {
      const name = inner.nodes[0]!.name.value;
      if (name === '__typename') return { kind: 'text', text: `"${plan.type.name}"` };
      if (name === 'totalCount') return { kind: 'count', relation };
      if (name !== 'edges' || inner.shape.kind !== 'list' || inner.shape.of.kind !== 'object') throw new UnsupportedShape();
      return { kind: 'page', relation, shape: edge(inner.shape.of.object, into) };
    };
    return [inner.key, form()] as const;
  });
  return { kind: 'object', shape: { entries } };
}

/** An edge is its node: where a row's place in the order is asked for, rows are read. */
const edge = (plan: ObjectPlan, into: Draft): JsonShape => ({
  entries: plan.fields.map(({ key, nodes, shape }) => {
    const name = nodes[0]!.name.value;
    if (name === '__typename') return [key, { kind: 'text', text: `"${plan.type.name}"` }] as const;
    if (name !== 'node' || shape.kind !== 'object') throw new UnsupportedShape();
    return [key, { kind: 'object', shape: shapeOf(shape.object, into, null) }] as const;
  }),
});

const money = ({ fields, type }: ObjectPlan, [amount, currency]: readonly [string, string]): JsonShape => ({
  entries: fields.map(({ key, nodes }) => {
    const name = nodes[0]!.name.value;
    if (name === '__typename') return [key, { kind: 'text', text: `"${type.name}"` }] as const;
    return [
      key,
      {
        kind: 'column',
        isNullable: false,
        ...(name === 'amount' ? { column: amount, format: 'decimal' } : { column: currency, format: 'plain' }),
      },
    ] as const;
  }),
});

function leaf({ type }: ObjectPlan, { field, shape, isNullable }: FieldPlan): JsonValue {
  const model = type.extensions.pothosPrismaModel as string | undefined;
  const bare = getNullableType(field.type);
  const named = getNamedType(field.type);
  if (!model || shape.kind === 'object' || !isLeafType(named) || (isListType(bare) && isListType(getNullableType(bare.ofType))))
    throw new UnsupportedShape();
  const { pothosExposedField, columns } = field.extensions as Extensions;
  const column = columns && 'column' in columns ? columns.column : pothosExposedField;
  if (field.name === 'id' && !pothosExposedField) return { kind: 'id', prefix: type.name, isOfTenant: isColumn(model, 'tenantId') };
  if (column === undefined) throw new UnsupportedShape();
  return { kind: 'column', column, format: formatOf(named), isNullable };
}

const FORMATS: Readonly<Record<string, ColumnFormat>> = {
  ...{ String: 'plain', ID: 'plain', Int: 'plain', Boolean: 'plain', DateTime: 'moment', ByteCount: 'text' },
};

function formatOf(type: GraphQLLeafType): ColumnFormat {
  if (isEnumType(type)) return namesOf(type);
  const format = FORMATS[type.name];
  if (format === undefined) throw new UnsupportedShape();
  return format;
}

const enums = new WeakMap<GraphQLEnumType, ReadonlyMap<string, string>>();

function namesOf(type: GraphQLEnumType): ReadonlyMap<string, string> {
  const known = enums.get(type) ?? new Map(type.getValues().map(({ name, value }) => [String(value), name]));
  enums.set(type, known);
  return known;
}
