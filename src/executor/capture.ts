import { MODELS, type ModelName, type TenantClient } from '../database/sql/data-model.ts';
import type { JsonRead } from '../database/sql/json-shape.ts';
import { PLACEHOLDER } from '../database/sql/template.ts';
import type { Execution } from './execution.ts';
import { extensionsOf } from './field-extensions.ts';
import type { JsonPlan } from './json-plan.ts';
import { type FieldPlan, objectOf } from './query-plan.ts';
import { selectionOf } from './select.ts';

/** A field that reads rows, of a parent (undefined at the root), and the shape of its JSON. */
export type ReadingField = { readonly field: FieldPlan; readonly parent: unknown; readonly json: JsonPlan };

const MODEL_NAMES = new Map(Object.entries(MODELS).map(([model, property]) => [property as string, model as ModelName]));

/** Whether a page is asked for from the front, and isn't refused for its size or its cursor. */
const isForward = ({ field }: FieldPlan, args: { last?: unknown; before?: unknown }): boolean =>
  args.last == null && args.before == null && extensionsOf(field).page!.isValid(args);

/**
 * Calls a field's resolver with a client that runs nothing, to learn the one query that it makes;
 * null if it does anything else, or one of the pages isn't written by PostgreSQL.
 */
export function captureQuery({ field, parent, json: { shape, pages } }: ReadingField, execution: Execution): JsonRead | null {
  const { context, variables } = execution;
  if (!pages.every(page => isForward(page, page.args(variables)))) return null;
  let query: JsonRead | null = null;
  const pending = {};
  const operations = (model: ModelName) =>
    new Proxy(Object.create(null), {
      get: (_, operation: string) => (args: object) => {
        query = { model, operation, args, shape };
        return pending;
      },
    });
  const db = new Proxy(Object.create(null), { get: (_, property: string) => operations(MODEL_NAMES.get(property)!) }) as TenantClient;
  const recording = Object.create(context, { work: { value: { db } } }) as never;
  const result = field.read!(selectionOf(objectOf(field.shape)!, execution), parent, field.args(variables), recording);
  return result === pending ? query : null;
}

/** A resolver read something that differs between callers with the same permissions. */
class DependsOnCaller extends Error {}

/** {@link captureQuery} with placeholder ids, for every caller with the same permissions. */
export function captureTemplate(reading: ReadingField, execution: Execution): JsonRead | null | 'depends-on-caller' {
  const { permissions, tenantAccess } = execution.context.grant;
  if (!tenantAccess) return 'depends-on-caller';
  const { tenantId } = PLACEHOLDER;
  const grant = onlyWith({ permissions, tenantAccess: onlyWith({ tenantId }) });
  const parent = reading.parent && Object.fromEntries(Object.keys(reading.parent).map(key => [key, tenantId]));
  try {
    return captureQuery({ ...reading, parent }, { ...execution, context: onlyWith({ grant, work: undefined }) as never });
  } catch (error) {
    if (error instanceof DependsOnCaller) return 'depends-on-caller';
    throw error;
  }
}

/** An object with these properties. @throws {DependsOnCaller} when any other is read. */
const onlyWith = (properties: object): object =>
  new Proxy(properties, {
    get: (target, name) => {
      if (!(name in target)) throw new DependsOnCaller();
      return Reflect.get(target, name);
    },
  });
