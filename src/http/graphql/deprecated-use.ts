import type { GraphQLSchema } from 'graphql';
import { type Database, isUnreachable } from '../../database/index.ts';
import { addDeprecatedUses, type DeprecatedUse, removeExpiredUses, type TenantCaller } from '../../database/queries/deprecated-use.ts';
import type { Clock } from '../../domain/core/services.ts';
import type { PreparedOperation } from '../../executor/prepared-operation.ts';
import { type CallerContext, callerOf } from '../../graphql/core/caller.ts';
import { deprecationsOf } from '../../graphql/core/deprecation.ts';
import { deprecatedPartsOf } from './deprecated-parts.ts';

/** Counts the deprecated parts of the schema that an executed operation names. */
export type NoteDeprecatedUse = (operation: PreparedOperation, context: CallerContext) => void;

export type DeprecatedUses = {
  /** Undefined where the schema has no deprecated part. */
  readonly note: NoteDeprecatedUse | undefined;
  /** Writes what waits, and resolves when it is written. */
  write(): Promise<void>;
};

export type DeprecatedUseOptions = {
  readonly database: Pick<Database, 'bind'>;
  readonly clock: Clock;
  /** Called with an error, and how many counts were lost by it. */
  readonly onLost: (error: unknown, counts: number) => void;
  /** How long a count waits before it is written, ms. */
  readonly interval?: number;
  /** How many counts wait at most, each of one caller and part; further ones are lost. */
  readonly max?: number;
};

/** How long a count waits before it is written, s. */
export const WRITE_INTERVAL = 10;
const MAX_WAITING = 10_000;

type Counted = TenantCaller & { part: DeprecatedUse['part']; count: number; lastAt: Date };

/**
 * Counts uses of deprecated parts of the schema (docs/decisions/0052-deprecated-use.md). They wait
 * in memory, where those of one caller and part are one count, and are written together, one tenant
 * after the other. No request waits for it, nor fails by it.
 */
export function createDeprecatedUses(
  schema: GraphQLSchema,
  { database, clock, onLost, interval = WRITE_INTERVAL * 1_000, max = MAX_WAITING }: DeprecatedUseOptions,
): DeprecatedUses {
  // Key: the tenant; then the caller and the part.
  let waiting = new Map<string, Map<string, Counted>>();
  let [size, refused] = [0, 0];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function count(tenantId: string, caller: TenantCaller, part: string): void {
    const lastAt = clock.now();
    const ofTenant = waiting.get(tenantId) ?? new Map<string, Counted>();
    const key = `${'membershipId' in caller ? caller.membershipId : caller.apiKeyId} ${part}`;
    const counted = ofTenant.get(key);
    if (counted) Object.assign(counted, { count: counted.count + 1, lastAt });
    else if (size >= max) refused += 1;
    else {
      size += 1;
      waiting.set(tenantId, ofTenant.set(key, { ...caller, part, count: 1, lastAt }));
      timer ??= setTimeout(write, interval).unref();
    }
  }

  function note(operation: PreparedOperation, context: CallerContext): void {
    const parts = deprecatedPartsOf(operation);
    const caller = parts.length ? callerOf(context) : null;
    if (caller) for (const part of parts) count(context.grant.tenantAccess!.tenantId, caller, part);
  }

  async function writeTenant(tenantId: string, uses: readonly Counted[]): Promise<void> {
    await database.bind({ tenantId, personId: null }).transaction(async ({ query }) => {
      await Promise.all([removeExpiredUses(query, clock.now()), addDeprecatedUses(query, uses)]);
    });
  }

  async function writeWaiting(): Promise<void> {
    clearTimeout(timer);
    const taken = [...waiting].map(([tenantId, uses]) => ({ tenantId, uses: [...uses.values()] }));
    if (refused) onLost(new Error('more counts than may wait'), refused);
    [waiting, size, refused, timer] = [new Map(), 0, 0, undefined];
    for (const [index, { tenantId, uses }] of taken.entries()) {
      try {
        await writeTenant(tenantId, uses);
      } catch (error) {
        const isOver = isUnreachable(error);
        const lost = isOver ? taken.slice(index).flatMap(rest => rest.uses) : uses;
        onLost(error, lost.length);
        if (isOver) return;
      }
    }
  }

  function write(): Promise<void> {
    writing = writing.then(writeWaiting);
    return writing;
  }

  return { note: deprecationsOf(schema).size ? note : undefined, write };
}
