import type { GraphQLField } from 'graphql';
import { isAllowed, UNREAD_ROW } from '../access/is-allowed.ts';
import type { UnconfirmedContext } from '../graphql/core/context.ts';
import { UnsupportedDocument } from './compile.ts';
import type { FieldPlan, ObjectPlan, Shape } from './query-plan.ts';

type Select = Record<string, unknown>;
type Selection = { readonly select?: Select | null } | null | undefined;
type Nested = (query: object, include?: unknown) => object;
type Selected = () => ReadonlySet<string>;
type Selector = (
  args: object,
  context: UnconfirmedContext,
  nested: Nested,
  selected: Selected,
  info: { field: GraphQLField<unknown, unknown> },
) => unknown;

/** Who asks, and with what. */
export type Asking = {
  readonly context: UnconfirmedContext;
  readonly variables: Readonly<Record<string, unknown>>;
};

const objectOf = (shape: Shape): ObjectPlan | null =>
  shape.kind === 'list' ? objectOf(shape.of) : shape.kind === 'object' ? shape.object : null;

/**
 * What to select of the rows behind an object, in Prisma's notation: what Pothos's fields say that
 * they need, but for those that are refused. It is Pothos's own look-ahead for the documents that
 * are compiled.
 *
 * @throws {Uncompiled} where two fields want the same relation otherwise, which one query can't
 * give.
 */
export function queryOf({ type, fields }: ObjectPlan, asking: Asking): { select?: Select } {
  const { select: own } = (type.extensions.pothosPrismaTypeSelection ?? {}) as { select?: Select };
  if (!own) throw new UnsupportedDocument('rows');
  const select = { ...own };
  for (const field of fields) {
    if (!isAllowed(field.access, asking.context.grant, UNREAD_ROW)) continue;
    merge(select, selectionOf(field, asking));
  }
  return { select };
}

function selectionOf(plan: FieldPlan, asking: Asking): Select | null | undefined {
  const needs = plan.field.extensions.pothosPrismaSelect as Selector | Select | undefined;
  if (typeof needs !== 'function') return needs;
  const inner = objectOf(plan.shape);
  const nested: Nested = (query, include) => {
    if (typeof query === 'function') throw new UnsupportedDocument('rows');
    return { ...query, ...selectOf(query, include ? nodesOf(inner!) : [inner!], asking) };
  };
  const selected: Selected = () => new Set(inner?.fields.map(({ nodes }) => nodes[0]!.name.value));
  const selection = needs(plan.args(asking.variables), asking.context, nested, selected, { field: plan.field }) as Selection;
  return selection?.select;
}

/** What several objects of the same rows need, and what a query selects already. */
function selectOf(query: { readonly select?: Select }, objects: readonly ObjectPlan[], asking: Asking): { select: Select } {
  const select = { ...query.select };
  for (const object of objects) merge(select, queryOf(object, asking).select);
  return { select };
}

/** The rows of a connection, wherever they are asked for. */
const nodesOf = ({ fields }: ObjectPlan): readonly ObjectPlan[] =>
  fields.flatMap(({ nodes: [node], shape }) => {
    const inner = objectOf(shape);
    if (!inner) return [];
    if (node!.name.value === 'nodes') return [inner];
    return node!.name.value === 'edges' ? inner.fields.flatMap(field => objectOf(field.shape) ?? []) : [];
  });

function merge(into: Select, more: Select | null | undefined): void {
  for (const [name, value] of Object.entries(more ?? {})) {
    const known = into[name];
    if (known === undefined) into[name] = value;
    else if (name === '_count') into._count = counts(known as { select: Select }, value as { select: Select });
    else if (known !== value) throw new UnsupportedDocument('rows');
  }
}

function counts({ select: known }: { select: Select }, { select: more }: { select: Select }): { select: Select } {
  const select = { ...known };
  merge(select, more);
  return { select };
}
