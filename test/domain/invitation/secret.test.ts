import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { startGateway } from '../../../src/main.ts';
import { keepLog } from '../../http/server/serve.ts';
import { AUDIENCE, ask } from '../../support/gateway.ts';
import { SERVICES } from '../../support/services.ts';
import { documentOf, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();

/** Every column of every row of every table, as one text: bytes in hexadecimal. */
async function everything(): Promise<string> {
  const tables = await fixtures.database.sql<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  );
  expect(tables.length).toBeGreaterThan(10);
  const texts = await Promise.all(tables.map(({ name }) => fixtures.database.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)));
  return texts
    .flat()
    .map(({ row }) => row)
    .join('\n');
}

/** The notations in which a secret could be left lying. */
const notations = (secret: Buffer) => [secret.toString('base64url'), secret.toString('base64'), secret.toString('hex')];

test('R5, O1, A4: the codes of invitations and transfers appear in no table, event or log line, only their hashes', async () => {
  const kept = keepLog();
  const { tokens } = fixtures.gateway;
  const logged = await startGateway({
    log: kept.log,
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    databaseUrl: fixtures.database.runtimeUrl,
    services: SERVICES,
    budget: null,
    tokens: {
      ...{ issuer: tokens.issuer, audience: AUDIENCE, algorithms: ['ES256'], keys: tokens.jwks },
      ...{ tenantClaim: 'tenant', staffClaim: 'ipto_staff', clockSkew: 5 },
    },
  });
  try {
    const home = await fixtures.home();
    const recipient = await fixtures.join(home, ['viewer']);
    const key = 'a-key-that-must-not-be-kept-either';
    const run = (verb: Parameters<typeof documentOf>[0], input: object, token = home.owner.token) =>
      ask(logged.url, documentOf(verb), { token, tenant: token === home.owner.token ? home.tenant.id : undefined, variables: { input } });

    await run('inviteMember', { email: 'secret@people.example', roles: ['VIEWER'], idempotencyKey: key });
    const code = await fixtures.codeFor('secret@people.example');
    const { code: transfer } = (await run('requestOwnershipTransfer', { membershipId: recipient.membershipId, idempotencyKey: `${key}-2` }))
      .data.requestOwnershipTransfer;
    const wrong = '0000-0000-0000';
    await run('confirmOwnershipTransfer', { code: wrong });
    const other = await fixtures.stranger('other@people.example');
    await run('acceptInvitation', { code, idempotencyKey: `${key}-3` }, other.token);

    const raw = Buffer.from(code.slice('ipto_invite_'.length), 'base64url');
    const secret = raw.subarray(32);
    const plain = transfer.replaceAll('-', '');
    const found = await everything();
    const log = kept.text();
    expect(log).toContain('"request"');
    for (const text of [code, ...notations(raw), ...notations(secret), transfer, plain, ...notations(Buffer.from(plain)), wrong, key])
      for (const place of [found, log]) expect(place).not.toContain(text);
    expect(found).toContain(createHash('sha256').update(secret).digest('hex'));
    expect(found).toContain(createHash('sha256').update(plain).digest('hex'));
    expect(found).toContain('INVITATION_FOR_ANOTHER');
    expect(log).not.toContain('secret@people.example');

    const invitee = await fixtures.stranger('secret@people.example');
    expect((await run('acceptInvitation', { code, idempotencyKey: `${key}-4` }, invitee.token)).errors).toEqual([]);
    expect(kept.text()).not.toContain(code);
    const afterwards = await everything();
    for (const text of [code, ...notations(secret), key]) expect(afterwards).not.toContain(text);
  } finally {
    await logged.stop();
  }
});
