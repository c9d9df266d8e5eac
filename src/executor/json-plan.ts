import { getNamedType, getNullableType, isLeafType, isListType } from 'graphql';
import type { Grant } from '../access/grant.ts';
import { isAllowed, UNREAD_ROW } from '../access/is-allowed.ts';
import type { Permission } from '../access/policy.ts';
import { isColumn } from '../database/sql/data-model.ts';
import type { ConnectionEntry, JsonShape, JsonValue } from '../database/sql/json-shape.ts';
import { extensionsOf, type PageExtension } from './field-extensions.ts';
import { formatOf } from './json-format.ts';
import { Marks, type Step } from './marks.ts';
import { type Built, checkedFor } from './permission-check.ts';
import { type FieldPlan, type ObjectPlan, objectOf } from './query-plan.ts';
import { Unsupported } from './unsupported.ts';

/** How PostgreSQL writes the rows of a field as JSON, for one permission set. */
export type JsonPlan = Built & {
  readonly shape: JsonShape;
  readonly marks: Marks;
  /** The pages inside: each must be asked for from the front. */
  readonly pages: readonly FieldPlan[];
};

type Draft = { readonly grant: Grant; readonly marks: Marks; readonly pages: FieldPlan[] };

const shapes = new WeakMap<FieldPlan, WeakMap<ReadonlySet<Permission>, JsonPlan | null>>();

/**
 * The JSON shape of a field that reads rows, for the permissions of a grant.
 *
 * @throws {Unsupported} where PostgreSQL can't write it.
 */
export function jsonPlanOf(field: FieldPlan, grant: Grant): JsonPlan {
  const byPermissions = shapes.get(field) ?? new WeakMap<ReadonlySet<Permission>, JsonPlan | null>();
  shapes.set(field, byPermissions);
  let shape = byPermissions.get(grant.permissions);
  if (shape === undefined) {
    shape = draft(field, grant);
    byPermissions.set(grant.permissions, shape);
  }
  if (!shape) throw new Unsupported('shape');
  return checkedFor(shape, grant);
}

/** Leaves a field to GraphQL.js from now on: PostgreSQL can't write it for these permissions. */
export const discardPlan = (field: FieldPlan, { permissions }: Grant): void => void shapes.get(field)?.set(permissions, null);

function draft(field: FieldPlan, grant: Grant): JsonPlan | null {
  const into: Draft = { grant, marks: new Marks(), pages: [] };
  const object = objectOf(field.shape)!;
  try {
    const shape =
      field.shape.kind === 'list'
        ? itemShape(into, field.pattern, path => objectShape(object, into, path), [])
        : objectShape(object, into, []);
    return { permissions: grant.permissions, shape, marks: into.marks, pages: into.pages };
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

/** The shape of a list's items, with a mark before each item if one of its fields is refused. */
function itemShape({ marks }: Draft, pattern: string, shapeAt: (path: readonly Step[]) => JsonShape, path: readonly Step[]): JsonShape {
  const { written, prefix } = marks.list(list => shapeAt([...path, list]));
  return { ...written, ...(prefix && { prefix }), count: marks.rows(pattern) };
}

/** `path` leads to the object. */
const objectShape = (plan: ObjectPlan, into: Draft, path: readonly Step[]): JsonShape => ({
  entries: plan.fields.map(field => [field.key, jsonValueOf(plan, field, into, [...path, field.key])] as const),
});

const typename = ({ type }: ObjectPlan): Extract<JsonValue, { kind: 'text' }> => ({ kind: 'text', text: `"${type.name}"` });
const nameOf = ({ nodes }: FieldPlan): string => nodes[0]!.name.value;

/** `path` leads to the field. */
function jsonValueOf(parent: ObjectPlan, field: FieldPlan, into: Draft, path: readonly Step[]): JsonValue {
  if (!isAllowed(field.access, into.grant, UNREAD_ROW)) {
    if (!field.isNullable) throw new Unsupported('shape');
    return { kind: 'text', text: into.marks.refused(field, path) };
  }
  if (nameOf(field) === '__typename') return typename(parent);
  const { shape } = field;
  const { pothosPrismaRelationField: relation, page, part, columns } = extensionsOf(field.field);
  if (shape.kind === 'object' && page) return connectionValue(shape.object, field, page, into, path);
  if (shape.kind === 'object' && part) return { kind: 'object', shape: objectShape(shape.object, into, path) };
  if (shape.kind === 'object' && relation) return { kind: 'one', relation: relation.name, shape: objectShape(shape.object, into, path) };
  if (shape.kind === 'object' && columns && 'money' in columns) return { kind: 'object', shape: moneyShape(shape.object, columns.money) };
  if (columns && 'count' in columns) return { kind: 'count', relation: columns.count };
  return leafValue(parent, field, into);
}

function connectionValue(plan: ObjectPlan, field: FieldPlan, page: PageExtension, into: Draft, path: readonly Step[]): JsonValue {
  into.pages.push(field);
  const { relation, key: cursor } = page;
  const edgesOf = (inner: FieldPlan): JsonShape => {
    if (nameOf(inner) !== 'edges' || inner.shape.kind !== 'list') throw new Unsupported('shape');
    const edge = objectOf(inner.shape)!;
    return itemShape(into, inner.pattern, at => edgeShape(edge, page, into, at), [...path, inner.key]);
  };
  const besides = (inner: FieldPlan): Extract<JsonValue, { kind: 'text' | 'count' }> | null =>
    nameOf(inner) === '__typename' ? typename(plan) : nameOf(inner) === 'totalCount' ? { kind: 'count', relation } : null;
  if (plan.fields.some(inner => nameOf(inner) === 'pageInfo')) {
    const entries = plan.fields.map(
      inner => [inner.key, besides(inner) ?? infoOf(inner) ?? { kind: 'edges', shape: edgesOf(inner) }] as const,
    );
    return { kind: 'connection', relation, cursor, entries };
  }
  const entries = plan.fields.map(inner => [inner.key, besides(inner) ?? { kind: 'page', relation, shape: edgesOf(inner) }] as const);
  return { kind: 'object', shape: { entries } };
}

const PAGE_FACTS = ['hasNextPage', 'startCursor', 'endCursor'] as const;

/**
 * The info of a page that PostgreSQL knows: whether there is an earlier page, the arguments say.
 */
function infoOf({ shape, nodes }: FieldPlan): Extract<ConnectionEntry[1], { kind: 'pageInfo' }> | null {
  if (nodes[0]!.name.value !== 'pageInfo' || shape.kind !== 'object') return null;
  const entries = shape.object.fields.map(field => {
    const kind = PAGE_FACTS.find(name => name === nameOf(field));
    if (!kind && nameOf(field) !== '__typename') throw new Unsupported('shape');
    return [field.key, kind ? { kind } : typename(shape.object)] as const;
  });
  return { kind: 'pageInfo', entries };
}

/** An edge is its node, at a cursor. */
const edgeShape = (plan: ObjectPlan, { key: column }: PageExtension, into: Draft, path: readonly Step[]): JsonShape => ({
  entries: plan.fields.map(field => {
    const { key, shape } = field;
    if (nameOf(field) === '__typename') return [key, typename(plan)] as const;
    if (nameOf(field) === 'cursor') return [key, { kind: 'cursor', column }] as const;
    if (nameOf(field) !== 'node' || shape.kind !== 'object') throw new Unsupported('shape');
    return [key, { kind: 'object', shape: objectShape(shape.object, into, [...path, key]) }] as const;
  }),
});

const moneyShape = (plan: ObjectPlan, [amount, currency]: readonly [string, string]): JsonShape => ({
  entries: plan.fields.map(field => {
    if (nameOf(field) === '__typename') return [field.key, typename(plan)] as const;
    const column =
      nameOf(field) === 'amount' ? ({ column: amount, format: 'decimal' } as const) : ({ column: currency, format: 'plain' } as const);
    return [field.key, { kind: 'column', isNullable: false, ...column }] as const;
  }),
});

function leafValue({ type }: ObjectPlan, { field, shape, isNullable }: FieldPlan, { marks }: Draft): JsonValue {
  const model = type.extensions.pothosPrismaModel as string | undefined;
  const nullable = getNullableType(field.type);
  const named = getNamedType(field.type);
  if (!model || shape.kind === 'object' || !isLeafType(named) || (isListType(nullable) && isListType(getNullableType(nullable.ofType))))
    throw new Unsupported('shape');
  const { pothosExposedField, columns } = extensionsOf(field);
  if (field.name === 'id' && pothosExposedField === undefined) {
    const column = columns && 'id' in columns ? columns.id : 'id';
    return { kind: 'id', prefix: type.name, isOfTenant: column === 'id' && isColumn(model, 'tenantId'), column };
  }
  const column = columns && 'column' in columns ? columns.column : pothosExposedField;
  if (column === undefined) throw new Unsupported('shape');
  if (named.name === 'JSONObject') return { kind: 'stored', column, around: marks.stored(), isNullable };
  return { kind: 'column', column, format: formatOf(named), isNullable };
}
