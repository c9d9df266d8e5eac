import type { PrismaClient } from '../generated/prisma/client.ts';
import { type PrismaTarget, runPrismaOn } from './driver/prisma-adapter.ts';
import { MODELS, type ModelName } from './sql/data-model.ts';
import type { Engine } from './sql/engine.ts';
import type { JsonRead } from './sql/json-shape.ts';
import { PLACEHOLDER } from './sql/template.ts';
import { type Args, flattened, scope } from './tenancy/query-scope.ts';

/**
 * Prisma merges the `findUnique` calls of one tick into one statement, whichever tenants they are
 * for; a `findFirst` is never merged.
 */
const UNMERGED: ReadonlyMap<string, string> = new Map([
  ['findUnique', 'findFirst'],
  ['findUniqueOrThrow', 'findFirstOrThrow'],
]);

/** Whether an operation reads one row by a unique key. */
export const isByKey = (operation: string): boolean => UNMERGED.has(operation);

type Operation = { readonly operation: string; readonly args: Args };

function unmerged(model: ModelName, operation: string, args: Args): Operation {
  const instead = UNMERGED.get(operation);
  return instead ? { operation: instead, args: { ...args, where: flattened(model, args.where as Args) } } : { operation, args };
}

/** A read, narrowed to the placeholder ids that the caller's replace. */
export function scopedRead({ model, operation, args, shape }: JsonRead): JsonRead {
  return { model, shape, ...unmerged(model as ModelName, operation, scope(model, operation, args as Args, PLACEHOLDER)) };
}

type Delegate = Readonly<Record<string, (args: unknown) => Promise<unknown>>>;

export type OperationRunner = {
  readonly prisma: PrismaClient;
  /** Runs what one statement can do; without it, Prisma runs everything. */
  readonly engine: Engine | undefined;
  readonly target: () => PrismaTarget;
  /** Runs the steps of Prisma, in a transaction one operation at a time. */
  readonly runSteps?: <T>(work: () => Promise<T>) => Promise<T>;
};

/** Runs an operation whose arguments are scoped: as one statement if possible, else by Prisma. */
export function runOperation(
  { prisma, engine, target, runSteps }: OperationRunner,
  model: ModelName,
  requested: string,
  scoped: Args,
): Promise<unknown> {
  const { operation, args } = unmerged(model, requested, scoped);
  const delegate = (prisma as unknown as Readonly<Record<string, Delegate>>)[MODELS[model]]!;
  const byPrisma = () => {
    const run = () => runPrismaOn(target(), () => delegate[operation]!(args));
    return runSteps ? runSteps(run) : run();
  };
  return engine ? engine(model, operation, args, byPrisma) : byPrisma();
}
