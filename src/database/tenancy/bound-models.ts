import { MODELS, type ModelName, type TenantClient } from '../sql/data-model.ts';
import type { Binding } from './binding.ts';
import { type Args, scope } from './query-scope.ts';

/** The operations that read. */
export const READS: readonly string[] = [
  ...['findUnique', 'findUniqueOrThrow', 'findFirst', 'findFirstOrThrow', 'findMany', 'count', 'aggregate', 'groupBy'],
];

/**
 * What may be asked of a model. A delegate of Prisma's has more: `$parent` is the client that it
 * came from, bound to nobody. What it answers has more, too: a promise that waits to be awaited,
 * perhaps under another binding, and that leads on along relations. Here it is a promise.
 */
const OPERATIONS = [
  ...READS,
  ...['create', 'createMany', 'createManyAndReturn', 'update', 'updateMany', 'updateManyAndReturn', 'upsert', 'delete', 'deleteMany'],
];

/** Answers an operation whose arguments see nothing but what the binding sees. */
export type Answer = (model: ModelName, operation: string, scoped: Args) => Promise<unknown>;

/** One model, each of whose operations is narrowed to a binding before anything answers it. */
class BoundModel {
  readonly #query: (operation: string, args: Args) => Promise<unknown>;

  constructor(model: ModelName, binding: Binding, answer: Answer) {
    this.#query = async (operation, args) => {
      const scoped = scope(model, operation, args, binding);
      return await answer(model, operation, scoped);
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

/** The models of a binding, each made when it is asked for: few are. */
class BoundModels {
  readonly #model: (name: ModelName) => BoundModel;

  constructor(binding: Binding, answer: Answer) {
    this.#model = name => new BoundModel(name, binding, answer);
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
export const boundModels = (binding: Binding, answer: Answer): TenantClient => new BoundModels(binding, answer) as unknown as TenantClient;
