import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/database/index.ts';
import type { Message } from '../../../src/domain/core/services.ts';
import { settleTenant } from '../../../src/jobs/settle.ts';
import { keepLog, useServer } from '../../http/server/serve.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { codeIn, movableClock } from '../../support/gateway.ts';
import { SERVICES } from '../../support/services.ts';
import { nodeId } from './scene.ts';

const database = useDatabase();
const clock = movableClock();
const gateway = useServer(database, { services: { ...SERVICES, clock } });

/**
 * Every row of every table, in both schemas, as text; bytes as they are, in hexadecimal digits and
 * in base64.
 */
async function dump(): Promise<string> {
  const tables = await database.sql<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'graphile_worker')",
  );
  const rows: string[] = [];
  for (const { name } of tables) for (const row of await database.sql(`SELECT * FROM ${name}`)) rows.push(written(row));
  return rows.join('\n');
}
const written = (value: unknown): string => {
  if (Buffer.isBuffer(value))
    return [value.toString('hex'), value.toString('base64'), value.toString('base64url'), value.toString('latin1')].join(' ');
  if (value && typeof value === 'object' && !(value instanceof Date)) return Object.values(value).map(written).join(' ');
  return String(value);
};
/** The forms in which a secret could occur: itself, and its bytes in other encodings. */
const forms = (secret: string) => [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64url').slice(0, -2)];

describe('A4: no secret is in an event, in a line of the log, or in any table', () => {
  test('tokens, invitation codes, transfer codes, idempotency keys and message bodies, in successful and refused commands', async () => {
    const make = fixtures(database);
    const [olga, adam, invitee] = [await make.person('Olga'), await make.person('Adam'), await make.person('Ina')];
    const tenant = await make.tenant('canary', olga, { plan: 'STARTER' });
    const admin = await make.member(tenant, adam, ['admin']);
    const secrets = new Map<string, string>();
    const tokenOf = async (who: { subject: string; email: string; name: string }) => {
      const token = await gateway.tokens.sign({ sub: who.subject, email: who.email, name: who.name });
      secrets.set(`token of ${who.name}`, token);
      secrets.set(`signature of ${who.name}`, token.split('.')[2]!);
      return token;
    };
    const [asOwner, asInvitee] = [await tokenOf(olga), await tokenOf(invitee)];
    const send = async (token: string, query: string, key?: string) => {
      if (key) secrets.set(`key ${key}`, key);
      return gateway.ask(query, {
        token,
        tenant: token === asOwner ? tenant.id : undefined,
        headers: key ? { 'idempotency-key': key } : {},
      });
    };
    const sent: Message[] = [];
    const jobs = openDatabase(database.runtimeUrl, { poolSize: 1 });
    const mail = { send: async (message: Message) => void sent.push(message) };
    const settle = () => settleTenant(jobs, { ...SERVICES, clock, mail, acceptUrl: 'https://app.example/#{code}' }, tenant.id);
    const invite = async (email: string, key?: string) => {
      const { errors } = await send(
        asOwner,
        `mutation { inviteMember(input: { email: "${email}", roles: [VIEWER] }) { __typename } }`,
        key,
      );
      expect(errors).toEqual([]);
      await settle();
      const message = sent.at(-1)!;
      secrets.set(`code for ${email}`, codeIn(message));
      secrets.set(`secret for ${email}`, Buffer.from(codeIn(message).slice(12), 'base64url').subarray(32).toString('hex'));
      secrets.set(`body for ${email}`, message.text.split('\n').find(line => line.startsWith('Or send'))!);
      return codeIn(message);
    };

    const code = await invite(invitee.email, 'canary-key-invite-0001');
    await invite('unanswered@people.example');
    const accept = `mutation { acceptInvitation(input: { code: "${code}" }) { __typename } }`;
    const asOther = await tokenOf({ subject: 'other', email: 'other@people.example', name: 'Other' });
    expect((await send(asOther, accept)).errors).toMatchObject([{ extensions: { code: 'INVITATION_FOR_ANOTHER' } }]);
    expect((await send(asInvitee, accept, 'canary-key-accept-0002')).errors).toEqual([]);
    expect((await send(asInvitee, accept)).errors).toMatchObject([{ extensions: { code: 'INVITATION_INVALID' } }]);
    expect(
      (await send(asOwner, 'mutation { renameTenant(input: { name: "New", idempotencyKey: "canary-key-input-0003" }) { __typename } }'))
        .errors,
    ).toEqual([]);
    secrets.set('key in the input', 'canary-key-input-0003');
    const request = `mutation { requestOwnershipTransfer(input: { membershipId: "${nodeId('Membership', admin)}" }) { code } }`;
    const { data } = await send(asOwner, request, 'canary-key-transfer-0004');
    const transfer: string = data.requestOwnershipTransfer.code;
    secrets.set('transfer code', transfer);
    secrets.set('transfer code, bare', transfer.replaceAll('-', ''));
    secrets.set('wrong code', 'WR0N-GC0D-E000');
    const confirm = (typed: string) => send(asOwner, `mutation { confirmOwnershipTransfer(input: { code: "${typed}" }) { __typename } }`);
    expect((await confirm('WR0N-GC0D-E000')).errors).toMatchObject([{ extensions: { code: 'CODE_WRONG' } }]);
    // Whatever stands while the transfer is open, and then while it is done; and what fails inside.
    const open = await dump();
    expect((await confirm(transfer)).errors).toEqual([]);
    await fetch(`${gateway.url}/audit/export?format=csv`, { headers: { authorization: `Bearer ${asOwner}` } }).then(answer =>
      answer.text(),
    );
    await database.sql('ALTER TABLE tenant RENAME COLUMN name TO hidden');
    expect(
      (await send(asOwner, `mutation { acceptInvitation(input: { code: "${code}" }) { __typename } }`, 'canary-key-failing-0005')).errors,
    ).toHaveLength(1);
    await database.sql('ALTER TABLE tenant RENAME COLUMN hidden TO name');
    await jobs.close();

    const places = { 'a table': `${open}\n${await dump()}`, 'the log': gateway.text() };
    expect(places['a table']).toContain('unanswered@people.example');
    expect(places['the log']).toContain('/audit/export');
    const leaks = Object.entries(places).flatMap(([place, text]) =>
      [...secrets].filter(([, secret]) => forms(secret).some(form => text.includes(form))).map(([what]) => `${what} in ${place}`),
    );
    expect(secrets.size).toBeGreaterThan(15);
    expect(leaks).toEqual([]);
  });

  test('the log redacts every value logged under the name of a secret', () => {
    const { log, text } = keepLog();
    log.error({ headers: { authorization: 'Bearer canary' }, err: Object.assign(new Error('x'), { password: 'canary' }) });
    expect(text()).toContain('[redacted]');
    expect(text()).not.toContain('canary');
  });
});
