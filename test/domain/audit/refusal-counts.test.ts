import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connection } from '../../../src/database/driver/connection.ts';
import { lockTenant, openDatabase } from '../../../src/database/index.ts';
import { countRefusals, MAX_KINDS } from '../../../src/database/queries/refusal-count.ts';
import { recorder } from '../../../src/domain/audit/record.ts';
import { useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { useResource } from '../../support/resource.ts';
import { by, type Scene, setScene } from './scene.ts';

const database = useDatabase();
const replicas = [useGateway(database, { expectsUnexpected: true }), useGateway(database)] as const;
const [gateway, other] = replicas;
const opened = useResource(
  () => openDatabase(database.runtimeUrl, { poolSize: 2 }),
  client => client.close(),
);
let scene: Scene;
beforeEach(async () => {
  scene = await setScene(database, gateway);
  other.clock.set(gateway.clock.now());
});
afterEach(() => vi.restoreAllMocks());

const refuse = () => scene.act(scene.viewer, 'renameTenant', { name: 'X' });
const counts = () =>
  database.sql<{ action: string; code: string; count: number }>(
    'SELECT action, code, count::int AS count FROM refusal_count WHERE tenant_id = $1 ORDER BY action, code',
    [scene.tenant.id],
  );
const passMinute = async () => {
  gateway.clock.advance({ minutes: 1 });
  await gateway.settle();
};
const refusals = async () => (await scene.events()).filter(({ outcome }) => outcome === 'refused');

/** Every statement that the gateways send in transactions from now on. */
function watchTransactions() {
  const { mock } = vi.spyOn(Connection.prototype, 'run');
  return () => mock.calls.flatMap(([statements]) => statements.map(({ text }) => text));
}

describe('A5: refusals of one kind by one actor', () => {
  test('thousands leave one event, and one count in a minute, and take no lock of the tenant', async () => {
    const token = await scene.tokenOf(scene.viewer);
    const attempts = Array.from({ length: 20 }, (_, i) => `a${i}: renameTenant(input: { name: "X" }) { __typename }`).join(' ');
    const sent = watchTransactions();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => gateway.ask(`mutation { ${attempts} }`, { token, tenant: scene.tenant.id })),
    );
    expect(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code))).toEqual(Array(2_000).fill('FORBIDDEN'));
    expect((await refusals()).map(({ action, code, after }) => [action, code, after])).toEqual([
      ['tenant.rename', 'FORBIDDEN', { permission: 'tenant:rename', because: 'ROLE' }],
    ]);
    expect(await counts()).toEqual([{ action: 'tenant.rename', code: 'FORBIDDEN', count: 1_999 }]);
    const texts = sent();
    expect(texts.filter(text => text.includes('INSERT INTO audit_event'))).toHaveLength(1);
    expect(texts.filter(text => /advisory|FOR (NO KEY )?UPDATE|FOR SHARE|audit_head/.test(text))).toEqual([]);
    // Those that arrive together are written together.
    expect(texts.filter(text => text.includes('INSERT INTO refusal_count')).length).toBeLessThan(1_000);

    await passMinute();
    expect((await refusals()).map(({ action, code, actor, request, after }) => [action, code, actor, request, after]).slice(1)).toEqual([
      [
        'tenant.rename',
        'FORBIDDEN',
        by(scene.viewer.person),
        'job',
        {
          refusals: 1_999,
          since: new Date(gateway.clock.now().getTime() - 60_000).toISOString(),
          until: gateway.clock.now().toISOString(),
        },
      ],
    ]);
  });

  test('a counted refusal locks its own row and nothing else that a command of the owner needs', async () => {
    await refuse();
    const { id, name } = scene.viewer.person;
    const kind = { actor: { kind: 'user', id, name }, action: 'tenant.rename', code: 'FORBIDDEN' } as const;
    await opened.bind({ tenantId: scene.tenant.id, personId: null }).transaction(async ({ query }) => {
      expect(await countRefusals(query, kind, 1, gateway.clock.now())).toBeNull();
      expect((await scene.act(scene.owner, 'renameTenant', { name: 'Written meanwhile' })).code).toBeNull();
      const locks = await query<{ lock: string }>(
        `SELECT DISTINCT locktype || ' ' || coalesce(c.relname, '') AS lock
         FROM pg_locks l LEFT JOIN pg_class i ON i.oid = l.relation LEFT JOIN pg_index x ON x.indexrelid = i.oid
         LEFT JOIN pg_class c ON c.oid = coalesce(x.indrelid, i.oid)
         WHERE pid = pg_backend_pid() AND locktype NOT IN ('virtualxid', 'transactionid') AND mode <> 'AccessShareLock'`,
        [],
      );
      expect(locks).toEqual([{ lock: 'relation refusal_count' }]);
    });
  });

  test('a counted refusal waits for no command of the tenant', async () => {
    await refuse();
    await opened.bind({ tenantId: scene.tenant.id, personId: null }).transaction(async ({ query, enqueue }) => {
      await lockTenant(query);
      const actor = { kind: 'user', id: scene.owner.id, name: 'Olga' } as const;
      await recorder(enqueue, gateway.clock.now(), {
        ...{ tenantId: scene.tenant.id, action: 'tenant.rename', requestId: 'held' },
        actor: () => actor,
      })({ target: { type: 'Tenant', id: scene.tenant.id } });
      await query('SELECT 1', []); // sends the event: the end of the chain is locked
      expect((await refuse()).code).toBe('FORBIDDEN');
      expect(await counts()).toMatchObject([{ count: 1 }]);
    });
  });

  test('a guessed code is refused while the tenant is locked', async () => {
    const { code } = await scene.invite(scene.stranger.email);
    const guessed = code.slice(0, -2) + (code.endsWith('AA') ? 'BA' : 'AA');
    await opened.bind({ tenantId: scene.tenant.id, personId: null }).transaction(async ({ query }) => {
      await lockTenant(query);
      for (const verb of ['acceptInvitation', 'declineInvitation'])
        expect((await scene.act(scene.stranger, verb, { code: guessed })).code).toBe('INVITATION_INVALID');
    });
  });

  test('are counted together on all replicas, by whichever job runs', async () => {
    const body = ['mutation { renameTenant(input: { name: "X" }) { __typename } }', scene.tenant.id] as const;
    for (const replica of replicas) {
      const token = await replica.tokens.sign({ sub: scene.viewer.person.subject, iss: replica.tokens.issuer });
      for (let i = 0; i < 5; i++) await replica.ask(body[0], { token, tenant: body[1] });
    }
    expect(await refusals()).toHaveLength(1);
    expect(await counts()).toMatchObject([{ count: 9 }]);
    other.clock.advance({ minutes: 1 });
    await Promise.all([other.settle(), other.settle()]);
    expect((await refusals()).map(({ after }) => (after as { refusals?: number }).refusals)).toEqual([undefined, 9]);
  });

  test('are counted apart while they arrive together', async () => {
    await Promise.all(
      [scene.viewer, scene.operator].flatMap(who => Array.from({ length: 20 }, () => scene.act(who, 'renameTenant', { name: 'X' }))),
    );
    expect((await refusals()).map(({ actor }) => actor).sort()).toEqual([by(scene.viewer.person), by(scene.operator.person)].sort());
    expect(await counts()).toMatchObject([{ count: 19 }, { count: 19 }]);
  });

  test('are logged again after a quiet minute, and counted on while they go on', async () => {
    await refuse();
    await refuse();
    gateway.clock.advance({ minutes: 0.5 });
    await gateway.settle();
    expect(await refusals()).toHaveLength(1);
    await passMinute();
    expect(await refusals()).toHaveLength(2);
    await refuse();
    expect(await refusals()).toHaveLength(2);
    await passMinute();
    expect((await refusals()).map(({ after }) => (after as { refusals?: number }).refusals)).toEqual([undefined, 1, 1]);
    await passMinute();
    expect(await counts()).toEqual([]);
    await refuse();
    expect(await refusals()).toHaveLength(4);
  });

  test('are of another kind by another actor, for another action, and with another code', async () => {
    await refuse();
    await scene.act(scene.operator, 'renameTenant', { name: 'X' });
    await scene.act(scene.viewer, 'changePlan', { plan: 'FREE' });
    await scene.staff('staffSuspendTenant', { reason: 'Unpaid bill' });
    await scene.act(scene.owner, 'renameTenant', { name: 'X' });
    expect((await refusals()).map(({ actor, action, code }) => [actor, action, code])).toEqual([
      [by(scene.viewer.person), 'tenant.rename', 'FORBIDDEN'],
      [by(scene.operator.person), 'tenant.rename', 'FORBIDDEN'],
      [by(scene.viewer.person), 'plan.change', 'FORBIDDEN'],
      [by(scene.owner.person), 'tenant.rename', 'TENANT_STATUS'],
    ]);
  });

  test('many kinds are bounded: further ones are counted as those of other callers', async () => {
    await database.sql(
      `INSERT INTO refusal_count (tenant_id, actor_kind, actor_id, actor_name, action, code, since, count)
       SELECT $1, 'user', n::text, 'N', 'tenant.rename', 'FORBIDDEN', $2, 0 FROM generate_series(1, $3::int) n`,
      [scene.tenant.id, gateway.clock.now(), MAX_KINDS],
    );
    for (const who of [scene.viewer, scene.operator]) await scene.act(who, 'renameTenant', { name: 'X' });
    expect((await refusals()).map(({ actor }) => actor)).toEqual(['system|others|Other callers']);
    expect(await counts()).toHaveLength(MAX_KINDS + 1);
  });

  test('a failed write fails the refusals that it counts, and none after them', async () => {
    await database.sql('ALTER TABLE refusal_count RENAME TO refusal_count_away');
    expect((await refuse()).code).toBe('INTERNAL_SERVER_ERROR');
    await database.sql('ALTER TABLE refusal_count_away RENAME TO refusal_count');
    expect((await refuse()).code).toBe('FORBIDDEN');
    expect(await refusals()).toHaveLength(1);
  });

  test('of a deleted tenant leave nothing', async () => {
    await refuse();
    await refuse();
    await database.sql("UPDATE tenant SET status = 'pending_deletion', deletion_due_at = now() WHERE tenant_id = $1", [scene.tenant.id]);
    gateway.clock.advance({ days: 2 });
    await gateway.settle();
    expect(await counts()).toEqual([]);
    expect(await refusals()).toEqual([]);
  });
});
