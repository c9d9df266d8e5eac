import type { GraphQLField } from 'graphql';
import { isAllowed, UNREAD_ROW } from '../access/is-allowed.ts';
import type { Execution, ExecutionContext } from './execution.ts';
import { extensionsOf, type Inside, type PartExtension } from './field-extensions.ts';
import { type FieldPlan, type ObjectPlan, objectOf } from './query-plan.ts';
import { Unsupported } from './unsupported.ts';

type Select = Record<string, unknown>;
type Selection = { readonly select?: Select | null } | null | undefined;

/** What a field of a Prisma object selects: Pothos's `select` option, as a function. */
type Selector = (
  args: object,
  context: ExecutionContext,
  nested: Inside['nested'],
  selected: Inside['selected'],
  info: { field: GraphQLField<unknown, unknown> },
) => Selection;

/**
 * What to select of an object's rows, in Prisma's notation: what Pothos's look-ahead would, without
 * fields that are refused.
 *
 * @throws {Unsupported} where two fields need the same relation with other arguments.
 */
export function selectionOf({ type, fields }: ObjectPlan, execution: Execution): { select: Select } {
  const { select: own } = (type.extensions.pothosPrismaTypeSelection ?? {}) as { select?: Select };
  if (!own) throw new Unsupported('rows');
  const select = { ...own };
  for (const field of fields) if (isAllowed(field.access, execution.context.grant, UNREAD_ROW)) merge(select, neededBy(field, execution));
  return { select };
}

function neededBy(plan: FieldPlan, execution: Execution): Select | null | undefined {
  const { part, pothosPrismaSelect } = extensionsOf(plan.field);
  if (part) return neededByPart(plan, part, execution);
  const select = pothosPrismaSelect as Selector | Select | undefined;
  if (typeof select !== 'function') return select;
  const { nested, selected } = insideOf(plan, execution);
  return select(plan.args(execution.variables), execution.context, nested, selected, { field: plan.field })?.select;
}

/** What the pages of a part need of the row that it is a field of. */
function neededByPart({ args, shape }: FieldPlan, { conditionOf }: PartExtension, execution: Execution): Select {
  const condition = conditionOf(args(execution.variables));
  if (!condition) throw new Unsupported('rows');
  const select: Select = {};
  for (const field of objectOf(shape)!.fields) {
    const { page } = extensionsOf(field.field);
    if (!page?.selectIn || !isAllowed(field.access, execution.context.grant, UNREAD_ROW)) continue;
    merge(select, page.selectIn(condition, field.args(execution.variables), insideOf(field, execution)).select);
  }
  return select;
}

function insideOf(plan: FieldPlan, execution: Execution): Inside {
  const inner = objectOf(plan.shape);
  const nested: Inside['nested'] = (query, include) => {
    if (typeof query === 'function') throw new Unsupported('rows');
    return { ...query, ...nestedSelection(query, include ? nodesOf(inner!) : [inner!], execution) };
  };
  return { nested, selected: () => new Set(inner?.fields.map(({ nodes }) => nodes[0]!.name.value)) };
}

/** What a query selects already, and what objects of its rows need. */
function nestedSelection(query: { readonly select?: Select }, objects: readonly ObjectPlan[], execution: Execution): { select: Select } {
  const select = { ...query.select };
  for (const object of objects) merge(select, selectionOf(object, execution).select);
  return { select };
}

/** The objects that a connection has as its nodes. */
const nodesOf = ({ fields }: ObjectPlan): readonly ObjectPlan[] =>
  fields.flatMap(({ nodes: [node], shape }) => {
    const inner = objectOf(shape);
    if (!inner) return [];
    if (node!.name.value === 'nodes') return [inner];
    return node!.name.value === 'edges' ? inner.fields.flatMap(field => objectOf(field.shape) ?? []) : [];
  });

function merge(into: Select, more: Select | null | undefined): void {
  for (const [name, value] of Object.entries(more ?? {})) {
    const present = into[name];
    if (present === undefined) into[name] = value;
    else if (name === '_count') into._count = mergeCounts(present as { select: Select }, value as { select: Select });
    else if (present !== value) throw new Unsupported('rows');
  }
}

function mergeCounts({ select: present }: { select: Select }, { select: more }: { select: Select }): { select: Select } {
  const select = { ...present };
  merge(select, more);
  return { select };
}
