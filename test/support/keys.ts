import { enumName } from '../access/expectation.ts';
import type { Answer } from './gateway.ts';
import type { MemberActor, TenantActors, TenantWithMembers } from './tenant-actors.ts';

/** A created key. */
export type MadeKey = { readonly id: string; readonly row: string; readonly secret: string; readonly tenant: string };

/** The row id inside a global id. */
export const rowOf = (id: string): string => Buffer.from(id, 'base64url').toString().split(':').at(-1)!;

/** Helpers for API keys. */
export const keysOf = (fixtures: TenantActors) => ({
  /** Creates a key. */
  async make(who: MemberActor, scopes: readonly string[] = ['tenant:read'], input: object = {}): Promise<MadeKey> {
    const { secret, apiKey } = await fixtures.must(who, 'createApiKey', { name: 'Nightly', scopes: scopes.map(enumName), ...input });
    return { id: apiKey.id, row: rowOf(apiKey.id), secret, tenant: who.tenant! };
  },

  /** Sends a query with a key's secret. */
  ask: (secret: string, query = '{ tenant { name } }', headers: Record<string, string> = {}): Promise<Answer> =>
    fixtures.gateway.ask(query, { token: secret, headers }),

  /** The keys of a tenant as the API lists them. */
  async list(who: MemberActor, state: 'ALL' | 'LIVE' = 'ALL') {
    const query = `{ tenant { apiKeys(first: 100, filter: { state: ${state} }) { totalCount edges { node {
      id name prefix scopes holderName holderLeft createdAt rotatedAt expiresAt revokedAt lastUsedAt earlierSecretUntil } } } } }`;
    const { data } = await fixtures.gateway.ask(query, who);
    return data.tenant.apiKeys.edges.map(({ node }: { node: object }) => node);
  },

  /** The database row of a key. */
  async row({ row }: MadeKey): Promise<Record<string, unknown>> {
    return (await fixtures.database.sql('SELECT * FROM api_key WHERE id = $1', [row]))[0]!;
  },

  /** The audit events about keys, oldest first. */
  async events(home: TenantWithMembers) {
    return (await fixtures.events(home)).filter(({ action }) => action.startsWith('api_key.'));
  },
});

export type Keys = ReturnType<typeof keysOf>;
