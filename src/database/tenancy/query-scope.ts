import { isColumn, listsOf, relationOf, tenantFieldOf } from '../sql/data-model.ts';
import type { Binding } from './binding.ts';
import { tenantFilter, type Where } from './tenant-filter.ts';

/**
 * A query that would reach another tenant, or that can't be narrowed to one. A bug of the calling
 * code, never a user's mistake.
 */
export class IsolationError extends Error {
  override name = 'IsolationError';
}

/** The arguments of a Prisma operation. */
export type Args = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Args =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
const toArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
const mapValues = (args: Args, change: (key: string, value: unknown) => unknown): Args =>
  Object.fromEntries(Object.entries(args).map(([key, value]) => [key, change(key, value)]));

/**
 * Narrows the arguments of an operation to what a binding may see, at every depth: top level,
 * nested selections, counts, relation filters, cursors and written data. It isolates tenants by
 * itself, even without row-level security (SPEC T6).
 *
 * @throws {IsolationError} for raw SQL, nested writes, writes to another tenant or to global rows,
 * and orders taken across tenants.
 */
export function scope(model: string | undefined, operation: string, args: Args, binding: Binding): Args {
  if (!model) throw new IsolationError(`${operation} is not available on a bound client`);
  const scoped = selection(model, args, binding);
  if (operation.startsWith('create')) return { ...scoped, data: scopeCreateData(model, args.data, binding) };
  const narrowed = { ...scoped, where: narrow(model, args.where, binding) };
  if (operation === 'upsert')
    return { ...narrowed, create: scopeCreateData(model, args.create, binding), update: scopeUpdateData(model, args.update, binding) };
  if (operation.startsWith('update')) return { ...narrowed, data: scopeUpdateData(model, args.data, binding) };
  if (operation.startsWith('delete')) refuseGlobal(model);
  return narrowed;
}

/** A unique condition such as `{ tenantId_id: { tenantId, id } }` as a `findFirst` accepts it. */
export const flattened = (model: string, where: Args): Args =>
  Object.fromEntries(
    Object.entries(where).flatMap(([key, value]) => (isCompound(model, key, value) ? Object.entries(value) : [[key, value]])),
  );

const LOGIC = ['AND', 'OR', 'NOT'];
const isCompound = (model: string, key: string, value: unknown): value is Args =>
  isObject(value) && !LOGIC.includes(key) && !isColumn(model, key) && !relationOf(model, key);

/**
 * A `where` that matches visible rows alone. Unique keys stay at the top level, where `update` and
 * `delete` expect them.
 */
function narrow(model: string, where: unknown, binding: Binding): Where {
  const own = isObject(where) ? filter(model, where, binding) : {};
  const condition = tenantFilter(model, binding);
  if (!condition) return own;
  return where === undefined ? condition : { ...own, AND: [...toArray(own.AND ?? []), condition] };
}

function filter(model: string, where: Args, binding: Binding): Args {
  return mapValues(where, (key, value) => {
    if (LOGIC.includes(key)) {
      if (Array.isArray(value)) return value.map(item => filter(model, item, binding));
      return isObject(value) ? filter(model, value, binding) : value;
    }
    const relation = relationOf(model, key);
    return relation && isObject(value) ? relationFilter(relation.type, value, binding) : value;
  });
}

const QUANTIFIERS = ['some', 'none', 'every', 'is', 'isNot'];

function relationFilter(model: string, value: Args, binding: Binding): Args {
  if (!Object.keys(value).some(key => QUANTIFIERS.includes(key))) return narrow(model, value, binding);
  return mapValues(value, (quantifier, inner) => {
    if (!isObject(inner)) return inner;
    if (quantifier !== 'every') return narrow(model, inner, binding);
    const condition = tenantFilter(model, binding);
    return condition ? { OR: [filter(model, inner, binding), { NOT: condition }] } : filter(model, inner, binding);
  });
}

function selection(model: string, args: Args, binding: Binding): Args {
  return mapValues(args, (key, value) => {
    if ((key === 'select' || key === 'include') && isObject(value))
      return mapValues(value, (field, chosen) => chosenField(model, field, chosen, binding));
    if (key === 'cursor' && isObject(value)) return cursor(model, value, binding);
    if (key === 'orderBy') for (const order of toArray(value)) checkOrder(model, order);
    return value;
  });
}

function chosenField(model: string, field: string, chosen: unknown, binding: Binding): unknown {
  if (!chosen) return chosen;
  if (field === '_count') return scopeCount(model, chosen, binding);
  const relation = relationOf(model, field);
  if (!relation) return chosen;
  const nested = selection(relation.type, isObject(chosen) ? chosen : {}, binding);
  if (relation.isList) return { ...nested, where: narrow(relation.type, isObject(chosen) ? chosen.where : undefined, binding) };
  // A tenant's row refers to rows of its own tenant by a composite foreign key; a global row
  // doesn't.
  if (!tenantFieldOf(model) && tenantFilter(relation.type, binding)) throw new IsolationError(`${model}.${field} leads into a tenant`);
  return nested;
}

function scopeCount(model: string, chosen: unknown, binding: Binding): Args {
  const counts =
    isObject(chosen) && isObject(chosen.select) ? chosen.select : Object.fromEntries(listsOf(model).map(({ name }) => [name, true]));
  return {
    select: mapValues(counts, (field, count) =>
      count ? { where: narrow(relationOf(model, field)?.type ?? '', isObject(count) ? count.where : undefined, binding) } : count,
    ),
  };
}

/**
 * Moves a cursor into the bound tenant, where another tenant's row doesn't exist. For models
 * without a tenant a cursor could reveal that a hidden row exists, so it is refused.
 */
function cursor(model: string, value: Args, binding: Binding): Args {
  const field = tenantFieldOf(model);
  if (!field && tenantFilter(model, binding)) throw new IsolationError(`a cursor of ${model} would look across tenants`);
  if (!field) return value;
  if (field in value) return { ...value, [field]: binding.tenantId };
  return mapValues(value, (key, inner) => (isCompound(model, key, inner) ? { ...inner, [field]: binding.tenantId } : inner));
}

function checkOrder(model: string, order: unknown) {
  if (!isObject(order)) return;
  for (const [key, value] of Object.entries(order)) {
    const relation = relationOf(model, key);
    if (!relation) continue;
    if (relation.isList && !tenantFieldOf(model)) throw new IsolationError(`an order by ${model}.${key} would count across tenants`);
    checkOrder(relation.type, value);
  }
}

function refuseGlobal(model: string): 'id' | 'tenantId' {
  const field = tenantFieldOf(model);
  if (!field) throw new IsolationError(`${model} belongs to no tenant and can't be written through a bound client`);
  return field;
}

function scopeCreateData(model: string, data: unknown, binding: Binding): unknown {
  if (Array.isArray(data)) return data.map(item => scopeCreateData(model, item, binding));
  const field = refuseGlobal(model);
  if (binding.tenantId === null) throw new IsolationError(`no tenant is bound for a new ${model}`);
  const values = scopeUpdateData(model, data, binding);
  if (model === 'Membership' && binding.personId !== null && values.userId !== binding.personId)
    throw new IsolationError('a membership can only be created for the bound person');
  return { ...values, [field]: binding.tenantId };
}

function scopeUpdateData(model: string, data: unknown, binding: Binding): Args {
  const field = refuseGlobal(model);
  const values = isObject(data) ? data : {};
  for (const key of Object.keys(values))
    if (relationOf(model, key)) throw new IsolationError(`${model}.${key}: nested writes are refused; write ids`);
  if (field in values && values[field] !== binding.tenantId) throw new IsolationError(`a ${model} never changes tenant`);
  return values;
}
