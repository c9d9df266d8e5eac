import { currentTarget } from '../../src/database/driver/prisma-adapter.ts';
import type { TenantClient } from '../../src/database/index.ts';
import { MODELS } from '../../src/database/sql/data-model.ts';
import { flattened } from '../../src/database/tenancy/query-scope.ts';
import type { PrismaClient } from '../../src/generated/prisma/client.ts';
import { readerOn } from './reader-on.ts';

type Delegate = Record<string, (args?: object) => Promise<unknown>>;

/**
 * A client without tenant conditions that reads with one statement: row-level security must protect
 * the rows by itself. Its statements go where Prisma's go.
 */
export function unscoped(prisma: PrismaClient): TenantClient {
  const read = readerOn(prisma, { query: statement => currentTarget().query(statement) });
  const reads = (model: string, delegate: Delegate): Delegate => {
    const one =
      (operation: string) =>
      (args: { where?: object } = {}) =>
        read(model, operation, { ...args, ...(args.where && { where: flattened(model, args.where as never) }) }, () =>
          delegate[operation]!(args),
        );
    const names = ['findFirst', 'findFirstOrThrow', 'findMany', 'count'];
    const overrides = Object.fromEntries(names.map(name => [name, one(name)]));
    return new Proxy(delegate, {
      get: (target, name: string) => overrides[name.replace('findUnique', 'findFirst')] ?? target[name]?.bind(target),
    });
  };
  const models = Object.entries(MODELS).map(([model, name]) => [
    name,
    reads(model, (prisma as unknown as Record<string, Delegate>)[name]!),
  ]);
  return Object.fromEntries(models) as TenantClient;
}
