import type { TenantClient } from '../database/index.ts';
import { MODELS, type ModelName } from '../database/sql/data-model.ts';
import { UnsupportedQuery } from '../database/sql/draft.ts';
import type { JsonRead } from '../database/sql/json-shape.ts';
import { PLACEHOLDER } from '../database/sql/template.ts';
import type { Args } from '../database/tenancy/query-scope.ts';
import type { PrismaRead } from '../graphql/core/prisma-read.ts';
import { forgetShape, type Shaped, shapedFor } from './json-shape.ts';
import { UnsupportedValue } from './leaf.ts';
import { type Built, checkedFor } from './permission-check.ts';
import type { FieldPlan, ObjectPlan } from './query-plan.ts';
import { type Asking, queryOf } from './select.ts';

/** What the database writes of a root's rows, and what is refused of them. */
export type Json = Pick<Shaped, 'refused'> & { readonly text: Promise<string | null> };

/** What reads, and what it stands on: nothing where that is the root. */
export type Reading = { readonly read: PrismaRead; readonly parent: unknown };

/** Has the database write what a root reads, or null where rows are to be read. */
export function jsonOf(field: FieldPlan, reading: Reading, object: ObjectPlan, asking: Asking): Json | null {
  const { permissions } = asking.context.grant;
  const shaped = shapedFor(object, asking.context.grant);
  if (!shaped) return null;
  const asked = readOf(field, { ...reading, object, shaped }, asking);
  if (!asked) return null;
  const text = asking.context.work.json(asked).catch(error => {
    if (!(error instanceof UnsupportedQuery)) throw error;
    forgetShape(object, permissions);
    throw new UnsupportedValue();
  });
  return { text, refused: shaped.refused };
}

type Root = Reading & { readonly object: ObjectPlan; readonly shaped: Shaped };
type Cached = Built & { readonly read: JsonRead | null | 'varies' };

/**
 * What roots read, by what that depends on: the field, what whoever asks may do, and the variables,
 * if any are in it, which are the same object where they are the same.
 */
const known = new WeakMap<FieldPlan, WeakMap<object, WeakMap<object, Cached>>>();

/**
 * The one read of a root, worked out once for all who may do the same and ask the same; null where
 * rows are to be read.
 */
function readOf(field: FieldPlan, root: Root, asking: Asking): JsonRead | null {
  const { grant } = asking.context;
  if (!isOfTenant(root.parent, grant.tenantAccess?.tenantId)) return captureQuery(field, root, asking);
  const alike = within(within(known, field), grant.permissions);
  const variables = field.hasVariables ? asking.variables : NO_VARIABLES;
  let cached = alike.get(variables);
  if (cached) checkedFor(cached, grant);
  else {
    cached = { permissions: grant.permissions, read: captureTemplate(field, root, asking) };
    alike.set(variables, cached);
  }
  return cached.read === 'varies' ? captureQuery(field, root, asking) : cached.read;
}

const NO_VARIABLES = {};

/**
 * Whether a parent, if there is one, says nothing but which tenant it is about: that of whoever
 * asks.
 */
const isOfTenant = (parent: unknown, tenantId: string | undefined): boolean =>
  parent === undefined || Object.values(parent as object).every(value => value === tenantId);

function within<Key extends object, Value extends WeakMap<object, unknown>>(map: WeakMap<Key, Value>, key: Key): Value {
  const before = map.get(key);
  if (before) return before;
  const fresh = new WeakMap() as Value;
  map.set(key, fresh);
  return fresh;
}

/** Whether a page is asked for from the front, and isn't refused for its size or its cursor. */
const isForward = ({ field }: FieldPlan, args: { last?: unknown; before?: unknown }): boolean =>
  args.last == null && args.before == null && (field.extensions as { isPage(args: object): boolean }).isPage(args);

const NAMES = new Map(Object.entries(MODELS).map(([model, name]) => [name as string, model as ModelName]));

/** The one read that a resolver asks for, in place of reading; null if it does anything else. */
function captureQuery(field: FieldPlan, { read, parent, object, shaped: { shape, pages } }: Root, asking: Asking): JsonRead | null {
  const { context, variables } = asking;
  if (!pages.every(page => isForward(page, page.args(variables)))) return null;
  let found: JsonRead | null = null;
  const awaited = {};
  const operations = (model: ModelName) =>
    new Proxy(Object.create(null), {
      get: (_, operation: string) => (args: Args) => {
        found = { model, operation, args, shape };
        return awaited;
      },
    });
  const db = new Proxy(Object.create(null), { get: (_, name: string) => operations(NAMES.get(name)!) }) as TenantClient;
  const answered = read(queryOf(object, asking), parent, field.args(variables), Object.create(context, { work: { value: { db } } }));
  return answered === awaited ? found : null;
}

/** A look at what tells one who asks from others who may do the same. */
class DependsOnCaller extends Error {}

/**
 * The same in words of anybody; `varies` where it depends on who asks, or when, beyond the tenant
 * and what they may do.
 */
function captureTemplate(field: FieldPlan, root: Root, asking: Asking): Cached['read'] {
  const { permissions, tenantAccess } = asking.context.grant;
  if (!tenantAccess) return 'varies';
  const grant = only({ permissions, tenantAccess: only({ tenantId: PLACEHOLDER.tenantId }) });
  const parent = root.parent && Object.fromEntries(Object.keys(root.parent).map(key => [key, PLACEHOLDER.tenantId]));
  try {
    return captureQuery(field, { ...root, parent }, { ...asking, context: only({ grant, work: undefined }) as never });
  } catch (error) {
    if (error instanceof DependsOnCaller) return 'varies';
    throw error;
  }
}

/** An object that has nothing else, and says so to who looks. */
const only = (given: object): object =>
  new Proxy(given, {
    get: (target, name) => {
      if (!(name in target)) throw new DependsOnCaller();
      return Reflect.get(target, name);
    },
  });
