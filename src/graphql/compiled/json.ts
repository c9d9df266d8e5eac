import { MODELS, type ModelName, type TenantClient } from '../../database/models.ts';
import { Uncovered } from '../../database/read/draft.ts';
import type { Args } from '../../database/scope.ts';
import type { Context } from '../context.ts';
import { Unusual } from './leaf.ts';
import type { FieldPlan, ObjectPlan } from './plan.ts';
import type { PrismaRead } from './prisma-read.ts';
import { type Asking, queryOf } from './select.ts';
import { forgetShape, type Shaped, shapedFor } from './shape.ts';

/** What the database writes of a root's rows, and what is refused of them. */
export type Json = Pick<Shaped, 'refused'> & { readonly text: Promise<string | null> };

/** Has the database write what a root reads, or null where rows are to be read. */
export function jsonOf(field: FieldPlan, read: PrismaRead, object: ObjectPlan, asking: Asking): Json | null {
  const { context, variables } = asking;
  const { permissions } = context.grant;
  const shaped = shapedFor(object, permissions);
  if (!shaped || shaped.pages.some(page => isFromTheEnd(page.args(variables)))) return null;
  const asked = recorded(work => read(queryOf(object, asking), undefined, field.args(variables), work), context);
  if (!asked) return null;
  const text = context.work.json(asked.model, asked.operation, asked.args, shaped.shape).catch(error => {
    if (!(error instanceof Uncovered)) throw error;
    forgetShape(object, permissions);
    throw new Unusual();
  });
  return { text, refused: shaped.refused };
}

const isFromTheEnd = ({ last, before }: { last?: unknown; before?: unknown }): boolean => last != null || before != null;

type Recorded = { readonly model: ModelName; readonly operation: string; readonly args: Args };

const NAMES = new Map(Object.entries(MODELS).map(([model, name]) => [name as string, model as ModelName]));

/** The one read that a resolver asks for, in place of reading; null if it does anything else. */
function recorded(resolve: (context: Context) => unknown, context: Context): Recorded | null {
  let read: Recorded | null = null;
  const awaited = {};
  const operations = (model: ModelName) =>
    new Proxy(Object.create(null), {
      get: (_, operation: string) => (args: Args) => {
        read = { model, operation, args };
        return awaited;
      },
    });
  const db = new Proxy(Object.create(null), { get: (_, name: string) => operations(NAMES.get(name)!) }) as TenantClient;
  const answered = resolve(Object.create(context, { work: { value: { db } } }));
  return answered === awaited ? read : null;
}
