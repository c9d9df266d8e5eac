import { getArgumentValues } from 'graphql';

/** The Prisma selection of each field that isn't a column of the same name. */
const COLUMNS = { Tenant: { tenantId: 'id' }, Membership: { joinedAt: 'createdAt' } };
const COUNTS = { memberCount: 'memberships', datasetCount: 'datasets' };
const ORDER = { memberships: { id: 'asc' }, datasets: { id: 'asc' }, earnings: { at: 'desc' } };

/**
 * Builds the Prisma `select` of a GraphQL selection with nested relations and counts, so that one
 * query answers a whole operation.
 */
export const selectOf = ({ schema, fieldNodes, variableValues, returnType }) =>
  select(schema, returnType, fieldNodes[0].selectionSet, variableValues);

function select(schema, type, { selections }, variables) {
  const chosen = {};
  for (const node of selections) {
    const name = node.name.value;
    const field = type.getFields()[name];
    if (COUNTS[name]) {
      chosen._count ??= { select: {} };
      chosen._count.select[COUNTS[name]] = true;
    } else if (node.selectionSet) {
      const { first } = getArgumentValues(field, node, variables);
      const page = first === undefined ? {} : { take: Math.min(first, 1_000), orderBy: ORDER[name] };
      chosen[name] = { ...page, select: select(schema, schema.getType(nameOf(field.type)), node.selectionSet, variables) };
    } else chosen[COLUMNS[type.name]?.[name] ?? name] = true;
  }
  return chosen;
}

/** The name of a type without its lists and exclamation marks. */
const nameOf = type => String(type).replace(/[[\]!]/g, '');
