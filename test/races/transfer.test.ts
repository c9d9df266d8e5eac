import { expect, test } from 'vitest';
import { type TenantWithMembers, useTenantActors } from '../support/tenant-actors.ts';
import { invariants, PATIENCE, POOL, ROUNDS, SOUND, tally } from './rounds.ts';

const fixtures = useTenantActors({ poolSize: POOL });

const ask = async (home: TenantWithMembers, membershipId: string): Promise<string> =>
  (await fixtures.must(home.owner, 'requestOwnershipTransfer', { membershipId })).code;
const confirm = (home: TenantWithMembers, code: string) => fixtures.run(home.owner, 'confirmOwnershipTransfer', { code });
const confirmed = async (home: TenantWithMembers) =>
  (await fixtures.events(home)).filter(({ action, code }) => action === 'ownership.confirm' && code === null).length;

test('O2: one code that is confirmed many times at once changes the owner once', { timeout: PATIENCE }, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home();
    const recipient = await fixtures.join(home, ['viewer']);
    const code = await ask(home, recipient.membershipId);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => confirm(home, code)));
    expect(tally(outcomes)).toEqual({ done: 1, FORBIDDEN: 9 });
    expect(await fixtures.roles(home)).toEqual({ [home.owner.member.id]: ['admin'], [recipient.member.id]: ['owner', 'viewer'] });
    expect(await confirmed(home)).toBe(1);
    expect(await invariants(fixtures)).toEqual(SOUND);
  }
});

test('O2: two transfers, requested and confirmed at once, leave one owner', { timeout: PATIENCE }, async () => {
  const won = { first: 0, second: 0, neither: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home();
    const heirs = [await fixtures.join(home, ['viewer']), await fixtures.join(home, ['operator'])];
    const outcomes = await Promise.all(
      heirs.map(async recipient => {
        const { payload } = await fixtures.run(home.owner, 'requestOwnershipTransfer', { membershipId: recipient.membershipId });
        return payload?.code ? confirm(home, payload.code) : { code: 'NOT_ASKED' };
      }),
    );
    const done = outcomes.flatMap(({ code }, index) => (code === null ? [index] : []));
    expect(done.length).toBeLessThanOrEqual(1);
    for (const { code } of outcomes) expect([null, 'CODE_WRONG', 'TRANSFER_INVALID', 'FORBIDDEN', 'NOT_ASKED']).toContain(code);
    const roles = await fixtures.roles(home);
    const winner = done.length ? heirs[done[0]!]!.member.id : home.owner.member.id;
    expect(Object.keys(roles).filter(id => roles[id]!.includes('owner'))).toEqual([winner]);
    expect(await confirmed(home)).toBe(done.length);
    expect(await invariants(fixtures)).toEqual(SOUND);
    won[done.length ? (done[0] ? 'second' : 'first') : 'neither'] += 1;
  }
  expect(won.first + won.second + won.neither).toBe(ROUNDS);
});

test("O2: of a confirmation and the recipient's concurrent removal or leaving, exactly one succeeds", { timeout: PATIENCE }, async () => {
  for (let round = 0; round < ROUNDS * 2; round += 1) {
    const home = await fixtures.home();
    const [recipient, admin] = [await fixtures.join(home, ['viewer']), await fixtures.join(home, ['admin'])];
    const code = await ask(home, recipient.membershipId);
    const go = () =>
      round % 2 ? fixtures.run(recipient, 'leaveTenant') : fixtures.run(admin, 'removeMember', { membershipId: recipient.membershipId });
    // The first request has a small head start: both orders occur.
    const [gone, given] =
      round % 4 < 2
        ? await Promise.all([go(), confirm(home, code)])
        : ((await Promise.all([confirm(home, code), go()])).reverse() as [Awaited<ReturnType<typeof go>>, Awaited<ReturnType<typeof go>>]);
    const roles = await fixtures.roles(home);
    if (given.code === null) {
      expect(gone.code).toBe('OWNER_PROTECTED');
      expect(roles[recipient.member.id]).toEqual(['owner', 'viewer']);
      expect(roles[home.owner.member.id]).toEqual(['admin']);
    } else {
      expect([gone.code, given.code]).toEqual([null, 'TRANSFER_INVALID']);
      expect(roles).not.toHaveProperty(recipient.member.id);
      expect(roles[home.owner.member.id]).toEqual(['owner']);
    }
    expect(await confirmed(home)).toBe(given.code === null ? 1 : 0);
    expect(await fixtures.database.sql('SELECT FROM ownership_transfer WHERE tenant_id = $1', [home.tenant.id])).toEqual([]);
    expect(await invariants(fixtures)).toEqual(SOUND);
  }
});
