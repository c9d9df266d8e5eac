import { afterEach, beforeEach } from 'vitest';
import { BoundWork } from '../../src/database/bound-work.ts';
import { ConnectionPool } from '../../src/database/driver/pool.ts';
import type { UnitOfWork } from '../../src/database/index.ts';
import { type Source, sourceOn } from '../../src/database/source.ts';
import type { Binding } from '../../src/database/tenancy/binding.ts';
import type { TestDatabase } from './database.ts';
import type { World } from './isolation/isolation.ts';

/** A unit of work of tenant a's owner, with its parts. */
export type TestWork = { pool: ConnectionPool; source: Source; binding: Binding; unit: UnitOfWork };

/** A new pool and unit of work for each test; tenant a gets its name back afterwards. */
export function useUnitOfWork(database: TestDatabase, world: World): TestWork {
  const work = {} as TestWork;
  beforeEach(() => {
    const pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 4, naming: true });
    const source = sourceOn(pool);
    const binding = { tenantId: world.a.tenantId, personId: world.a.ownerId };
    Object.assign(work, { pool, source, binding, unit: new BoundWork(source, binding) });
  });
  afterEach(async () => {
    await database.sql('UPDATE tenant SET name = $1 WHERE tenant_id = $2', [world.a.name, world.a.tenantId]);
    await work.source.prisma.$disconnect();
    await work.pool.end();
  });
  return work;
}
