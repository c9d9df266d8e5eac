import { MODELS, type ModelName, type TenantClient } from '../sql/data-model.ts';
import type { Binding } from './binding.ts';
import { type Args, scope } from './query-scope.ts';

/** The operations that read. */
export const READS: readonly string[] = [
  ...['findUnique', 'findUniqueOrThrow', 'findFirst', 'findFirstOrThrow', 'findMany', 'count', 'aggregate', 'groupBy'],
];

/**
 * The operations of a bound model. Prisma's own delegates have more: `$parent` is the unbound
 * client, and their lazy promises could be awaited under another binding, or lead on to relations.
 */
const OPERATIONS = [
  ...READS,
  ...['create', 'createMany', 'createManyAndReturn', 'update', 'updateMany', 'updateManyAndReturn', 'upsert', 'delete', 'deleteMany'],
];

/** Runs an operation whose arguments are already narrowed to the binding. */
export type RunScoped = (model: ModelName, operation: string, scoped: Args) => Promise<unknown>;

/** A model whose operations are narrowed to a binding before they run. */
class BoundModel {
  readonly #query: (operation: string, args: Args) => Promise<unknown>;

  constructor(model: ModelName, binding: Binding, run: RunScoped) {
    this.#query = async (operation, args) => {
      const scoped = scope(model, operation, args, binding);
      return await run(model, operation, scoped);
    };
  }

  static {
    for (const operation of OPERATIONS)
      Object.defineProperty(BoundModel.prototype, operation, {
        value(this: BoundModel, args: Args = {}) {
          return this.#query(operation, args);
        },
      });
  }
}

/** The models of a binding, created on use: a request needs few. */
class BoundModels {
  readonly #model: (name: ModelName) => BoundModel;

  constructor(binding: Binding, run: RunScoped) {
    this.#model = name => new BoundModel(name, binding, run);
  }

  static {
    for (const [model, name] of Object.entries(MODELS) as [ModelName, string][])
      Object.defineProperty(BoundModels.prototype, name, {
        get(this: BoundModels) {
          return this.#model(model);
        },
      });
  }
}

/** The models of a binding. */
export const boundModels = (binding: Binding, run: RunScoped): TenantClient => new BoundModels(binding, run) as unknown as TenantClient;
