import { UnsupportedQuery } from '../database/sql/draft.ts';
import type { JsonRead } from '../database/sql/json-shape.ts';
import { captureQuery, captureTemplate, type ReadingField } from './capture.ts';
import type { Execution } from './execution.ts';
import { discardPlan, jsonPlanOf } from './json-plan.ts';
import type { Marks } from './marks.ts';
import { type Built, checkedFor } from './permission-check.ts';
import type { FieldPlan } from './query-plan.ts';
import { Unsupported } from './unsupported.ts';

/** The JSON of a field's rows while PostgreSQL writes it, and the marks in it. */
export type PendingJson = { readonly text: Promise<string | null>; readonly marks: Marks };

/**
 * Starts the statement that answers a field with JSON.
 *
 * @throws {Unsupported} where PostgreSQL can't write it.
 */
export function readJson(field: FieldPlan, parent: unknown, execution: Execution): PendingJson {
  const { grant, work } = execution.context;
  const json = jsonPlanOf(field, grant);
  const query = queryFor({ field, parent, json }, execution);
  if (!query) throw new Unsupported('query');
  const text = work.json(query).catch(error => {
    if (!(error instanceof UnsupportedQuery)) throw error;
    discardPlan(field, grant);
    throw new Unsupported('query');
  });
  return { text, marks: json.marks };
}

type CachedQuery = Built & { readonly query: JsonRead | null | 'depends-on-caller' };

/** By field, permission set and variables (the same object for requests with the same body). */
const queries = new WeakMap<FieldPlan, WeakMap<object, WeakMap<object, CachedQuery>>>();
const NO_VARIABLES = {};

/**
 * The query of a field: the same object for all callers with the same permissions and variables.
 */
function queryFor(reading: ReadingField, execution: Execution): JsonRead | null {
  const { field, parent } = reading;
  const { grant } = execution.context;
  if (!isOnlyTenant(parent, grant.tenantAccess?.tenantId)) return captureQuery(reading, execution);
  const byVariables = within(within(queries, field), grant.permissions);
  const variables = field.hasVariables ? execution.variables : NO_VARIABLES;
  const cached = byVariables.get(variables) ?? { permissions: grant.permissions, query: captureTemplate(reading, execution) };
  byVariables.set(variables, cached);
  const { query } = checkedFor(cached, grant);
  return query === 'depends-on-caller' ? captureQuery(reading, execution) : query;
}

/** Whether a parent says nothing but the tenant context: `undefined` at the root of a query. */
const isOnlyTenant = (parent: unknown, tenantId: string | undefined): boolean =>
  parent === undefined || Object.values(parent as object).every(value => value === tenantId);

function within<Key extends object, Value extends WeakMap<object, unknown>>(map: WeakMap<Key, Value>, key: Key): Value {
  const cached = map.get(key);
  if (cached) return cached;
  const inner = new WeakMap() as Value;
  map.set(key, inner);
  return inner;
}
