import { getArgumentValues } from 'graphql';

/**
 * What each field of the schema needs of Prisma: a column of its own name, or what is said here.
 */
const COLUMNS = { Tenant: { tenantId: 'id' }, Membership: { joinedAt: 'createdAt' } };
const COUNTS = { memberCount: 'memberships', datasetCount: 'datasets' };
const ORDER = { memberships: { id: 'asc' }, datasets: { id: 'asc' }, earnings: { at: 'desc' } };

/**
 * The Prisma `select` of a GraphQL selection, nested relations and counts in it, so that one query
 * answers a whole operation.
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
