import type { TestDatabase } from '../support/database.ts';
import type { Answer, TestGateway } from '../support/gateway.ts';
import { observer, type Snapshot } from './observe.ts';
import type { Request } from './predict.ts';
import { PEOPLE } from './state.ts';

/** The gateway over HTTP and its database, as a sequence of commands meets them. */
export type Real = {
  readonly gateway: TestGateway;
  readonly observe: () => Promise<Snapshot>;
  /** What the database held after the last command. */
  last: Snapshot;
  /** How many messages were read already. */
  read: number;
  /** The requests with an idempotency key, and their responses. */
  readonly keyed: Request[];
  readonly answers: Map<string, string>;
  /** How often each command came to which end. */
  readonly tally: Map<string, number>;
  send(request: Request): Promise<Answer>;
};

/** A gateway in which nothing has happened yet, at a moment. */
export async function freshReal(gateway: TestGateway, database: TestDatabase, at: number, tally: Map<string, number>): Promise<Real> {
  const tables = await database.sql<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('plan', '_prisma_migrations')",
  );
  await database.sql(`TRUNCATE ${tables.map(({ name }) => name)}`);
  gateway.clock.set(new Date(at));
  const tokens = new Map(
    await Promise.all([
      ...PEOPLE.map(async ({ name, email, verified }) => {
        return [name, await gateway.tokenOf({ subject: name, name, email }, { email_verified: verified })] as const;
      }),
      gateway.tokenOf({ subject: 'staff', name: 'Dana' }, { ipto_staff: true }).then(token => ['staff', token] as const),
    ]),
  );
  const observe = await observer(database);
  return {
    ...{ gateway, observe, last: await observe(), read: gateway.sent.length, keyed: [], answers: new Map(), tally },
    send: ({ operation, caller, header, input, key }) =>
      gateway.ask(documentOf(operation), {
        ...{ token: tokens.get(caller), tenant: header ?? undefined },
        variables: { input: { ...input, ...(key !== null && { idempotencyKey: key }) } },
      }),
  };
}

const documentOf = ({ name, selection, input }: Request['operation']) => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input${input ? '!' : ''}`;
  return `mutation ($input: ${type}) { ${name}(input: $input) { ${selection} } }`;
};

/**
 * The code by which a mutation was refused, or null when it was done. A fault of the gateway's
 * counts wherever it stands.
 */
export const codeOf = ({ errors }: Answer): string | null => {
  const refused =
    errors.find(({ extensions }) => extensions.code === 'INTERNAL_SERVER_ERROR') ?? errors.find(({ path }) => !path || path.length === 1);
  return refused ? String(refused.extensions.code) : null;
};
