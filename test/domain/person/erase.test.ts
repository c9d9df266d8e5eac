import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Query } from '../../../src/database/index.ts';
import { auditBreaks } from '../../../src/database/queries/audit.ts';
import { eraseInEvents, finishErasures, forgetErased } from '../../../src/database/queries/erasure.ts';
import { erasePeople } from '../../../src/domain/person/erase-in-tenant.ts';
import { tablesNaming } from '../../support/dump.ts';
import { useResource } from '../../support/resource.ts';
import { type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';
import { eraseAs, type Scene, setScene } from './scene.ts';

const actors = useTenantActors();
const { database, gateway, run, must, make, events } = actors;
const runtime = useResource(
  async () => openDatabase(database.runtimeUrl, { poolSize: 1 }),
  opened => opened.close(),
);

const breaks = async () => (await auditBreaks(runtime.query)).breaks.filter(({ fault }) => fault !== 'unfounded');
const isFinished = async (scene: Scene) =>
  (await database.sql('SELECT FROM erasure WHERE person_id = $1 AND finished_at IS NOT NULL', [scene.person.id])).length === 1;

/** Expects that no table has the person's name or address, and that something had them before. */
async function expectNoTrace({ person }: Scene) {
  for (const text of [person.name, person.email]) expect(await tablesNaming(database, text), text).toEqual({});
}

let scene: Scene;
beforeEach(async () => {
  scene = await setScene(actors);
});

describe('R10: a person who erases themselves', () => {
  test('after 1,000 audit events leaves no name or address in any table, and the chains verify before and after', async () => {
    await database.sql(
      `INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, target_type, target_id, state_after, request_id)
       SELECT t.id, gen_random_uuid(), now(), 'user', $2, $3, 'invitation.create', 'done', 'R5', 'Invitation', gen_random_uuid()::text,
         jsonb_build_object('email', CASE WHEN n % 2 = 0 THEN $4 ELSE 'guest' || n || '@people.example' END), 'r' || n
       FROM (SELECT set_config('app.tenant_id', $1, true)::uuid AS id) t, generate_series(1, 1000) n`,
      [scene.here.tenant.id, scene.person.id, scene.person.name, scene.person.email],
    );
    expect(Object.keys(await tablesNaming(database, scene.person.name))).toEqual([
      ...['public.api_key', 'public.audit_event', 'public.invitation', 'public.person'],
    ]);
    expect(Object.keys(await tablesNaming(database, scene.person.email))).toEqual([
      ...['public.audit_event', 'public.audit_subject', 'public.invitation', 'public.person', 'public.tenant'],
    ]);
    const before = await database.sql('SELECT tenant_id, seq, hash FROM audit_event ORDER BY 1, 2');
    expect(await breaks()).toEqual([]);
    expect(await eraseAs(actors, scene)).toMatchObject({ code: null });
    await gateway.settle();
    expect(await isFinished(scene)).toBe(true);
    await expectNoTrace(scene);
    expect(await breaks()).toEqual([]);
    // no link changed: anchors that were saved before still fit
    const after = await database.sql('SELECT tenant_id, seq, hash FROM audit_event ORDER BY 1, 2');
    expect(after.filter(link => before.some(({ tenant_id, seq }) => tenant_id === link.tenant_id && seq === link.seq))).toEqual(before);
    expect((await events(scene.here)).filter(({ after }) => /^guest\d+@/.test(String(after?.email)))).toHaveLength(500);
  });

  test('leaves each tenant with an event there, and the invitations by and to them end', async () => {
    await eraseAs(actors, scene);
    await gateway.settle();
    for (const tenant of [scene.here, scene.there]) {
      const log = await events(tenant);
      expect(log.filter(({ action }) => action === 'member.erase')).toEqual([
        {
          actor: expect.stringMatching(/^Erased person [0-9a-f]{12}$/),
          action: 'member.erase',
          code: null,
          target: `Membership:${(tenant === scene.here ? scene.member : scene.elsewhere).member.id}`,
          before: { roles: tenant === scene.here ? ['admin'] : ['viewer'] },
          after: null,
        },
      ]);
      expect(Object.values(await actors.roles(tenant))).toEqual(tenant === scene.here ? [['owner'], ['admin']] : [['owner']]);
    }
    expect((await events(scene.here)).filter(({ action }) => action === 'invitation.end')).toEqual([
      expect.objectContaining({ before: { email: scene.guest, roles: ['viewer'] } }),
    ]);
    expect((await events(scene.strange)).filter(({ action }) => action === 'invitation.end')).toEqual([
      expect.objectContaining({
        actor: 'IPTO',
        before: { email: expect.stringMatching(/^erased-[0-9a-f]{12}@erased\.invalid$/), roles: ['viewer'] },
      }),
    ]);
    expect(await database.sql('SELECT FROM invitation')).toEqual([]);
  });

  test('has one pseudonym in a tenant, and another one in another tenant', async () => {
    await eraseAs(actors, scene);
    await gateway.settle();
    const names = async (tenant: TenantWithMembers) =>
      new Set((await events(tenant)).map(({ actor }) => actor).filter(actor => actor.startsWith('Erased')));
    const [here, there] = [await names(scene.here), await names(scene.there)];
    expect([here.size, there.size]).toEqual([1, 1]);
    expect([...here]).not.toEqual([...there]);
  });

  test('K3: leaves API keys to the tenant, which show a pseudonym and still work', async () => {
    await eraseAs(actors, scene);
    await gateway.settle();
    const { data } = await gateway.ask('{ tenant { apiKeys { edges { node { name holderName holderLeft } } } } }', scene.here.owner);
    expect(data.tenant.apiKeys.edges).toEqual([
      { node: { name: 'Nightly', holderName: expect.stringMatching(/^Erased person [0-9a-f]{12}$/), holderLeft: true } },
    ]);
    expect((await gateway.ask('{ tenant { name } }', { token: scene.secret })).data.tenant).toEqual({ name: scene.here.tenant.name });
  });

  test('is nobody at once, before the job has run, and signing up again founds a new person', async () => {
    await eraseAs(actors, scene);
    const { data } = await gateway.ask('{ viewer { memberships { slug } } }', { token: scene.member.token });
    expect(data.viewer.memberships).toEqual([]);
    expect(await gateway.ask('{ tenant { name } }', scene.member)).toMatchObject({
      errors: [{ extensions: { code: 'TENANT_NOT_FOUND' } }],
    });
    await must({ token: scene.member.token }, 'createTenant', { name: 'Founded anew', slug: 'founded-anew' });
    await gateway.settle();
    const [person] = await database.sql('SELECT id FROM person WHERE subject = $1', [scene.person.subject]);
    expect(person!.id).not.toBe(scene.person.id);
    expect(await isFinished(scene)).toBe(true);
    expect(await breaks()).toEqual([]);
  });

  test('who owns a tenant is refused with its slug, and nothing is changed, until the ownership is transferred', async () => {
    const before = await database.sql('SELECT * FROM audit_event ORDER BY tenant_id, seq');
    const refused = await eraseAs(actors, { ...scene, member: scene.here.owner, person: scene.here.owner.person });
    expect(refused).toMatchObject({
      code: 'OWNS_TENANTS',
      errors: [
        {
          message: `You own ${scene.here.tenant.slug}. Transfer the ownership or delete the tenant first.`,
          extensions: { tenants: [scene.here.tenant.slug] },
        },
      ],
    });
    expect(await database.sql('SELECT * FROM audit_event ORDER BY tenant_id, seq')).toEqual(before);
    const { code } = await must(scene.here.owner, 'requestOwnershipTransfer', { membershipId: scene.member.membershipId });
    await must(scene.here.owner, 'confirmOwnershipTransfer', { code });
    expect(await eraseAs(actors, { ...scene, member: scene.here.owner, person: scene.here.owner.person })).toMatchObject({ code: null });
    expect(await eraseAs(actors, scene)).toMatchObject({ code: 'OWNS_TENANTS' });
  });

  test('O2: cannot become an owner any more, though the job has not run', async () => {
    const { code } = await must(scene.here.owner, 'requestOwnershipTransfer', { membershipId: scene.member.membershipId });
    await eraseAs(actors, scene);
    expect(await run(scene.here.owner, 'confirmOwnershipTransfer', { code })).toMatchObject({ code: 'TRANSFER_INVALID' });
    await gateway.settle();
    expect((await events(scene.here)).map(({ action }) => action)).toContain('ownership.void');
    expect(await isFinished(scene)).toBe(true);
  });

  test.each([['somebody@else.example'], [''], ['Erasable']])('confirms by typing the address: %j is refused', async confirmation => {
    const refused = await eraseAs(actors, scene, confirmation);
    expect(refused).toMatchObject({ code: 'CONFIRMATION_MISMATCH', errors: [{ message: 'Type your e-mail address to confirm.' }] });
    expect(await database.sql('SELECT FROM erasure WHERE person_id = $1', [scene.person.id])).toEqual([]);
  });

  test('without an address types the name', async () => {
    const token = await gateway.tokens.sign({ sub: scene.person.subject, name: scene.person.name });
    const nameless = { ...scene, member: { token } };
    expect(await eraseAs(actors, nameless, scene.person.email)).toMatchObject({ code: 'CONFIRMATION_MISMATCH' });
    expect(await eraseAs(actors, nameless, ` ${scene.person.name}`)).toMatchObject({ code: null });
  });

  test('with an address that is not verified ends no invitation of that address', async () => {
    const stranger = await actors.stranger(scene.guest, { email_verified: false });
    expect(await eraseAs(actors, { ...scene, member: stranger }, scene.guest)).toMatchObject({ code: null });
    await gateway.settle();
    expect(await database.sql('SELECT FROM invitation WHERE email = $1', [scene.guest])).toHaveLength(1);
  });

  test('does not touch others of the same name, nor events about them', async () => {
    const namesake = { ...(await make.person('Namesake')), name: scene.person.name };
    await database.sql('UPDATE person SET name = $2 WHERE id = $1', [namesake.id, namesake.name]);
    const actor = await actors.actor(scene.here.tenant, await make.member(scene.here.tenant, namesake, ['admin']));
    await must(actor, 'renameTenant', { name: 'By the namesake' });
    await must(scene.here.owner, 'removeMember', { membershipId: actor.membershipId });
    await eraseAs(actors, scene);
    await gateway.settle();
    const log = await events(scene.here);
    expect(log.find(({ action }) => action === 'tenant.rename')!.actor).toBe(scene.person.name);
    expect(log.find(({ action }) => action === 'member.remove')!.before).toMatchObject({ name: scene.person.name });
    expect(await breaks()).toEqual([]);
  });

  test('whose membership ended before is a pseudonym in the event of the removal, and in the keys that they left', async () => {
    await must(scene.here.owner, 'removeMember', { membershipId: scene.member.membershipId });
    await eraseAs(actors, scene);
    await gateway.settle();
    expect((await events(scene.here)).find(({ action }) => action === 'member.remove')!.before).toEqual({
      name: expect.stringMatching(/^Erased person [0-9a-f]{12}$/),
      roles: ['admin'],
    });
    await expectNoTrace(scene);
  });

  test('whose request is still on its way is named by the pseudonym', async () => {
    await eraseAs(actors, scene);
    await gateway.settle();
    await database.sql(
      `INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, code, request_id)
       SELECT set_config('app.tenant_id', $1, true)::uuid, gen_random_uuid(), now(), 'user', $2, $3, 'tenant.rename', 'refused', 'S1', 'FORBIDDEN', 'late'`,
      [scene.here.tenant.id, scene.person.id, scene.person.name],
    );
    await expectNoTrace(scene);
    expect(await breaks()).toEqual([]);
  });

  test('who accepted an invitation before we knew them leaves no name, address or subject of the token', async () => {
    const stranger = await actors.stranger('yara.vex@people.example', { name: 'Yara Vex' });
    await must(scene.here.owner, 'inviteMember', { email: 'yara.vex@people.example', roles: ['ADMIN'] });
    const code = await actors.codeFor('yara.vex@people.example');
    await must(stranger, 'acceptInvitation', { code });
    const token = await gateway.tokens.sign({ sub: stranger.subject, name: 'Yara Vex', email: 'yara.new@people.example' });
    await must({ token, tenant: scene.here.tenant.id }, 'renameTenant', { name: 'Renamed by Yara' });
    expect(await tablesNaming(database, stranger.subject)).toMatchObject({ 'public.audit_event': 1 });
    expect(await eraseAs(actors, { ...scene, member: { token } }, 'yara.new@people.example')).toMatchObject({ code: null });
    await gateway.settle();
    for (const text of ['Yara Vex', 'yara.vex@', 'yara.new@', stranger.subject])
      expect(await tablesNaming(database, text), text).toEqual({});
    expect(await breaks()).toEqual([]);
  });

  test('whose refusals are being counted is a pseudonym in the count and in the event of it', async () => {
    for (let times = 0; times < 3; times += 1)
      expect(await run({ token: scene.member.token, tenant: scene.there.tenant.id }, 'renameTenant', { name: 'No' })).toMatchObject({
        code: 'FORBIDDEN',
      });
    expect(await tablesNaming(database, scene.person.name)).toMatchObject({ 'public.refusal_count': 1 });
    await eraseAs(actors, scene);
    await gateway.settle();
    expect(await isFinished(scene)).toBe(true);
    await expectNoTrace(scene);
    gateway.clock.advance({ minutes: 2 });
    await gateway.settle();
    const counted = (await events(scene.there)).filter(({ after }) => after?.refusals === 2);
    expect(counted.map(({ actor }) => actor)).toEqual([expect.stringMatching(/^Erased person/)]);
    expect(await breaks()).toEqual([]);
  });

  test('of a suspended tenant is erased there, too', async () => {
    await make.setStatus(scene.there.tenant, 'suspended', 'Unpaid bill');
    await eraseAs(actors, scene);
    await gateway.settle();
    expect(await isFinished(scene)).toBe(true);
    await expectNoTrace(scene);
  });
});

describe('R10: an erasure that is interrupted', () => {
  test('after any page verifies at that moment, and is finished by the next job', async () => {
    await database.sql(
      `INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, request_id)
       SELECT t.id, gen_random_uuid(), now(), 'user', $2, $3, 'tenant.rename', 'done', 'S1', 'r'
       FROM (SELECT set_config('app.tenant_id', $1, true)::uuid AS id) t, generate_series(1, 40) n`,
      [scene.here.tenant.id, scene.person.id, scene.person.name],
    );
    await eraseAs(actors, scene);
    const unit = runtime.bind({ tenantId: scene.here.tenant.id, personId: null });
    for (let pages = 1; pages <= 4; pages += 1) {
      let done = 0;
      const crash = () => {
        done += 1;
        if (done === pages) throw new Error('crashed');
      };
      await expect(erasePeople(unit, { clock: gateway.clock }, { batch: 9, onBatch: crash })).rejects.toThrow('crashed');
      expect(await breaks()).toEqual([]);
      await finishErasures(runtime.query, gateway.clock.now());
      expect(await isFinished(scene)).toBe(false);
    }
    expect(Object.keys(await tablesNaming(database, scene.person.name))).toContain('public.audit_event');
    await gateway.settle();
    expect(await isFinished(scene)).toBe(true);
    await expectNoTrace(scene);
    expect(await breaks()).toEqual([]);
    expect((await events(scene.here)).filter(({ action }) => action === 'member.erase')).toHaveLength(1);
  });

  test('an event that came after the last page names nobody either, and the log verifies', async () => {
    await eraseAs(actors, scene);
    const unit = runtime.bind({ tenantId: scene.strange.tenant.id, personId: null });
    const pass = (work: (query: Query) => Promise<unknown>) => unit.transaction(({ query }) => work(query));
    await pass(query => eraseInEvents(query, 0, 1_000));
    const last = (await events(scene.strange)).length;
    await must(scene.strange.owner, 'inviteMember', { email: scene.person.email, roles: ['ADMIN'] });
    await pass(query => forgetErased(query, last));
    expect(await breaks()).toEqual([]);
    await gateway.settle();
    expect(await isFinished(scene)).toBe(true);
    await expectNoTrace(scene);
  });
});

describe('A2: after an erasure', () => {
  test.each([
    ['a pseudonym is changed', "actor_name = 'Somebody'", "actor_name LIKE 'Erased person%'"],
    ['a digest is removed', "personal = personal - 'actor_name'", "actor_name LIKE 'Erased person%' AND personal ? 'actor_name'"],
    ['the name of somebody else is changed', "actor_name = 'Somebody'", "actor_name LIKE 'Olive Owner%'"],
  ])('the log is broken if %s', async (_what, change, where) => {
    await must(scene.member, 'renameTenant', { name: `Renamed ${randomUUID()}` });
    await must(scene.here.owner, 'renameTenant', { name: `Renamed ${randomUUID()}` });
    await eraseAs(actors, scene);
    await gateway.settle();
    const at = `tenant_id = '${scene.here.tenant.id}' AND ${where}`;
    await database.sql(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE audit_event SET ${change} WHERE ${at}; COMMIT`);
    expect(await breaks()).toEqual([{ tenantId: scene.here.tenant.id, seq: expect.any(Number), fault: 'changed' }]);
    await database.sql('TRUNCATE audit_event, audit_head');
  });
});

describe('R10: what a person can export', () => {
  const read = async (headers: Record<string, string>) => {
    const response = await fetch(`${gateway.url}/person/export`, { headers });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const linesOf = async ({ token }: { token: string }) => {
    const { text } = await read({ authorization: `Bearer ${token}` });
    return text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
  };

  test('is what is stored about them in all tenants, and nothing of anybody else', async () => {
    const lines = await linesOf(scene.member);
    const kind = (name: string) => lines.filter(line => line.kind === name);
    expect(kind('person')).toEqual([expect.objectContaining({ id: scene.person.id, name: scene.person.name, email: scene.person.email })]);
    expect(kind('membership').map(({ tenant, roles }) => [tenant, roles])).toEqual([
      [scene.here.tenant.name, ['admin']],
      [scene.there.tenant.name, ['viewer']],
    ]);
    expect(kind('invitation').map(({ tenantId, email }) => [tenantId, email])).toEqual([[scene.strange.tenant.id, scene.person.email]]);
    expect(kind('apiKey').map(({ name, holderName }) => [name, holderName])).toEqual([['Nightly', scene.person.name]]);
    expect(kind('auditEvent').map(({ tenantId, action, stored }) => [tenantId, action, stored])).toEqual(
      expect.arrayContaining([
        [scene.here.tenant.id, 'api_key.create', { actor_name: scene.person.name }],
        [scene.strange.tenant.id, 'invitation.create', { 'after.email': scene.person.email }],
      ]),
    );
    const text = JSON.stringify(lines);
    for (const other of [scene.here.owner.person, scene.strange.owner.person]) expect(text).not.toContain(other.name);
    expect(text).not.toContain(scene.guest);
  });

  test('is refused to API keys and to nobody', async () => {
    expect(await read({})).toMatchObject({ status: 401, text: expect.stringContaining('"UNAUTHENTICATED"') });
    expect(await read({ authorization: `Bearer ${scene.secret}` })).toMatchObject({ status: 403 });
  });

  test('is empty for a person whom we do not know, and after the erasure', async () => {
    const stranger = await actors.stranger('nobody@people.example');
    expect(await read({ authorization: `Bearer ${stranger.token}` })).toEqual({
      ...{ status: 200, type: 'application/jsonl; charset=utf-8', text: '' },
    });
    await eraseAs(actors, scene);
    await gateway.settle();
    expect((await read({ authorization: `Bearer ${scene.member.token}` })).text).toBe('');
  });
});
