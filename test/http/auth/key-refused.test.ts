import { randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { newSecret } from '../../../src/domain/api-key/secret.ts';
import type { Answer } from '../../support/gateway.ts';
import { useKeys } from '../../support/key-fixtures.ts';
import type { MadeKey } from '../../support/keys.ts';

const { home, keys, fixtures } = useKeys();

let key: MadeKey;
beforeEach(async () => {
  key = await keys.make(home.owner, ['tenant:read', 'usage:read']);
});

/** A response without its request id. */
const bare = ({ status, text, headers }: Answer) => ({
  status,
  text: text.replaceAll(headers.get('x-request-id')!, '<request id>'),
  headers: Object.fromEntries([...headers].filter(([name]) => !['x-request-id', 'date'].includes(name))),
});
const usedAt = async () => (await keys.row(key)).last_used_at as Date | null;

describe('an invalid key', () => {
  const other = (secret: string, from: number, to = 64) => {
    const bytes = Buffer.from(secret.slice(5), 'base64url');
    return `ipto_${Buffer.concat([bytes.subarray(0, from), randomBytes(to - from), bytes.subarray(to)]).toString('base64url')}`;
  };
  // biome-ignore format: a table is read by its columns
  const WAYS: Readonly<Record<string, () => string | Promise<string>>> = {
    'malformed':                            () => 'ipto_nothing',
    'a key that is cut short':              () => key.secret.slice(0, -4),
    'an id that nothing has':               () => other(key.secret, 0, 16),
    'a tenant that nothing is':             () => other(key.secret, 16, 32),
    'neither':                              () => newSecret({ id: randomUUID(), tenantId: randomUUID() }).text,
    'a wrong secret':                       () => other(key.secret, 32),
    'a secret that is wrong in a byte':     () => other(key.secret, 63),
    'the secret of another key':            async () => Buffer.concat([Buffer.from(key.secret.slice(5), 'base64url').subarray(0, 32),
                                                    Buffer.from((await keys.make(home.owner)).secret.slice(5), 'base64url').subarray(32)]).toString('base64url').replace(/^/, 'ipto_'),
    'revoked':                              async () => { await fixtures.must(home.owner, 'revokeApiKey', { apiKeyId: key.id }); return key.secret; },
    'expired':                              async () => { const soon = new Date(fixtures.gateway.clock.now().getTime() + 60_000).toISOString();
                                                          const { secret } = await keys.make(home.owner, ['tenant:read'], { expiresAt: soon });
                                                          fixtures.gateway.clock.advance({ minutes: 1 }); return secret; },
    'rotated away':                         async () => { await fixtures.must(home.owner, 'rotateApiKey', { apiKeyId: key.id, overlapMinutes: 0 }); return key.secret; },
    'of a deleted tenant':                  async () => { await fixtures.make.setStatus(home.tenant, 'deleted'); return key.secret; },
    'of a tenant that is gone':             async () => { const gone = await fixtures.home(); const { secret } = await keys.make(gone.owner);
                                                          await fixtures.make.setStatus(gone.tenant, 'deleted');
                                                          await fixtures.database.sql(`SET session_replication_role = replica; DELETE FROM api_key WHERE tenant_id = '${gone.tenant.id}';
                                                            DELETE FROM membership WHERE tenant_id = '${gone.tenant.id}'; DELETE FROM tenant WHERE tenant_id = '${gone.tenant.id}'; SET session_replication_role = origin`);
                                                          return secret; },
  };

  test.each(Object.keys(WAYS))('K1: %s: always the same 401', async way => {
    const answer = await keys.ask(await WAYS[way]!(), '{ plans { code } }');
    expect(JSON.parse(answer.text)).toEqual({
      errors: [{ message: 'The API key is not valid.', extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) } }],
    });
    expect(bare(answer)).toEqual(bare(await keys.ask('ipto_nothing', '{ plans { code } }')));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await usedAt()).toBeNull();
  });

  test('K1: the tenant that the header names does not change the response', async () => {
    const answer = await keys.ask(other(key.secret, 32), '{ plans { code } }', { 'x-tenant-id': 'elsewhere' });
    expect(bare(answer)).toEqual(bare(await keys.ask('ipto_nothing', '{ plans { code } }')));
  });

  test('the scheme is case-insensitive; the key is not', async () => {
    const send = async (authorization: string) =>
      (await fixtures.gateway.ask('{ tenant { slug } }', { headers: { authorization } })).status;
    expect([await send(`bearer ${key.secret}`), await send(`BEARER   ${key.secret}  `)]).toEqual([200, 200]);
    expect([await send(`Bearer ${key.secret.toUpperCase()}`), await send(`Basic ${key.secret}`), await send(key.secret)]).toEqual([
      401, 401, 401,
    ]);
  });
});

describe('a key in a tenant that is not active', () => {
  test.each(['suspended', 'pending_deletion'] as const)(
    'K2, S2, S3: %s: the whole request is refused before a resolver runs, and says why',
    async status => {
      await fixtures.make.setStatus(home.tenant, status, 'Unpaid bill');
      for (const query of ['{ plans { code } }', '{ tenant { name } }', 'mutation { leaveTenant { leftTenantId } }', 'no document']) {
        const answer = await keys.ask(key.secret, query);
        expect(answer.status).toBe(403);
        expect(JSON.parse(answer.text)).toEqual({
          errors: [
            {
              message: `API keys work while the tenant is active; it is ${status}.`,
              extensions: {
                code: 'TENANT_STATUS',
                because: 'TENANT_STATUS',
                requires: { principals: ['API_KEY'], roles: [], statuses: ['ACTIVE'], plans: null },
                tenantStatus: status.toUpperCase(),
                requestId: expect.any(String),
              },
            },
          ],
        });
      }
      expect(await usedAt()).toBeNull();
    },
  );

  test.each(['suspended', 'pending_deletion'] as const)('K2: %s: only a caller with the secret learns the status', async status => {
    await fixtures.make.setStatus(home.tenant, status);
    const wrong = newSecret({ id: key.row, tenantId: home.tenant.id }).text;
    expect(bare(await keys.ask(wrong))).toEqual(bare(await keys.ask('ipto_nothing')));
  });

  test('K2: when the tenant is active again, the key works as before', async () => {
    const staff = await fixtures.staff();
    await fixtures.must(staff, 'staffSuspendTenant', { tenantId: home.tenant.id, reason: 'Unpaid bill' });
    expect((await keys.ask(key.secret)).status).toBe(403);
    await fixtures.must(staff, 'staffResumeTenant', { tenantId: home.tenant.id });
    expect((await keys.ask(key.secret)).errors).toEqual([]);
  });
});
