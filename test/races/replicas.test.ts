import { expect, test } from 'vitest';
import { type Answer, useGateway } from '../support/gateway.ts';
import { useReplication } from '../support/replication.ts';
import { type Actor, lifeOf, type MemberActor, type TenantActors, type TenantWithMembers } from '../support/tenant-actors.ts';
import { PATIENCE, POOL, ROUNDS } from './rounds.ts';

/**
 * Reads that may go to standbys, while the caller and others write, and the standbys stop replaying
 * and go on (docs/decisions/0068). What a read shows is a state that its tenant had between the
 * start of the request and its end: nothing older, no own write missed, and nothing for a member
 * who was removed. RACE_SEED repeats the same choices.
 */
const replication = useReplication();
const gateway = useGateway(
  {
    get runtimeUrl() {
      return replication.database.runtimeUrl;
    },
  },
  () => ({ poolSize: POOL, readUrls: replication.standbys.map(({ runtimeUrl }) => runtimeUrl) }),
);

const SEED = Number(process.env.RACE_SEED ?? 20_261_130);
const TENANTS = 3;
/** Reads of each of the two readers of a tenant in a round. */
const READS = 40;

/** What is read of a tenant. The states follow each other, one for each write. */
type State = { readonly name: string; readonly status: string; readonly member: string | null; readonly roles: string | null };

/** Answered by JSON of PostgreSQL, in one snapshot everywhere; and by GraphQL.js. */
const BY_PLAN = '{ tenant { name status memberships(first: 100) { edges { node { id roles joinedAt user { name } } } } } }';
const QUERIES = [BY_PLAN, BY_PLAN.replace('edges', 'pageInfo { hasNextPage } edges')];

type Race = {
  readonly home: TenantWithMembers;
  readonly states: State[];
  /** The place of the last state whose write was acknowledged. */
  acknowledged: number;
  /** The member that is removed, or was; another one joins then. */
  member: MemberActor;
  /** The join under way, whose state is known after it: the database makes the id. */
  joining: Promise<void> | null;
};

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomBy(SEED);
const pick = <Of>(from: readonly Of[]): Of => from[Math.floor(random() * from.length)]!;

type Write = { readonly next: State; readonly run: () => Promise<unknown> };

/** A write that the current state allows: by the owner, by staff, or of another member. */
function nextWrite(life: TenantActors, { home, states, member }: Race, staff: Actor): Write {
  const now = states.at(-1)!;
  const { membershipId } = member;
  const tenantId = home.tenant.id;
  if (now.status === 'SUSPENDED')
    return { next: { ...now, status: 'ACTIVE' }, run: () => life.must(staff, 'staffResumeTenant', { tenantId }) };
  const name = `Name ${states.length}`;
  const roles = now.roles === 'ADMIN' ? ['ADMIN', 'VIEWER'] : ['ADMIN'];
  const writes: Write[] = [
    { next: { ...now, name }, run: () => life.must(home.owner, 'renameTenant', { name }) },
    {
      next: { ...now, status: 'SUSPENDED' },
      run: () => life.must(staff, 'staffSuspendTenant', { tenantId, reason: 'A race' }),
    },
    {
      next: { ...now, roles: roles.join() },
      run: () => life.must(home.owner, 'setMemberRoles', { membershipId, roles }),
    },
    { next: { ...now, member: null, roles: null }, run: () => life.must(home.owner, 'removeMember', { membershipId }) },
  ];
  return pick(writes);
}

async function join(life: TenantActors, race: Race): Promise<void> {
  race.member = await life.join(race.home, ['admin']);
  race.states.push({ ...race.states.at(-1)!, member: race.member.membershipId, roles: 'ADMIN' });
}

/** Writes again and again, as long as somebody reads. */
async function write(life: TenantActors, race: Race, staff: Actor, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    if (race.states.at(-1)!.member === null) {
      race.joining = join(life, race);
      await race.joining;
      race.joining = null;
    } else {
      const { next, run } = nextWrite(life, race, staff);
      race.states.push(next);
      await run();
    }
    race.acknowledged = race.states.length - 1;
  }
}

/** Reads once, and compares with the states from the last acknowledged one to the last one now. */
async function read(race: Race, who: MemberActor): Promise<{ readonly wrong: string | null; readonly acknowledged: number }> {
  const { acknowledged } = race;
  const query = pick(QUERIES);
  const answer = await gateway.ask(query, { token: who.token, tenant: who.tenant });
  const { joining } = race;
  const end = race.states.length + (joining ? 1 : 0);
  await joining;
  const states = race.states.slice(acknowledged, end);
  const isRight = isOneOf(states, answer, who, race, query === BY_PLAN);
  const wrong = isRight ? null : JSON.stringify({ seed: SEED, states, text: answer.text });
  return { wrong, acknowledged };
}

const isRefused = ({ errors }: Answer) => errors[0]?.extensions.code === 'TENANT_NOT_FOUND';

/** What an answer shows of a tenant; undefined if it is refused. */
function shownIn(answer: Answer, { home }: Race): State | undefined {
  if (isRefused(answer)) return undefined;
  const { name, status, memberships } = answer.data.tenant;
  const others = memberships.edges.filter(({ node }: { node: { id: string } }) => node.id !== home.owner.membershipId);
  const [other = null] = others.map(({ node }: { node: { id: string; roles: string[] } }) => node);
  return { name, status, member: other?.id ?? null, roles: other?.roles.join() ?? null };
}

/** Whether a state is one in which the caller is a member: the owner always is. */
const isMember = (who: MemberActor, state: State, { home }: Race) => who === home.owner || state.member === who.membershipId;

/**
 * Whether an answer fits one of the states; the caller is a member in that state or in one before
 * it, as the authorization is read ahead of the page. GraphQL.js reads in several statements, each
 * of which sees on the primary what is committed by then: its parts are compared one by one.
 */
function isOneOf(states: readonly State[], answer: Answer, who: MemberActor, race: Race, isOneSnapshot: boolean): boolean {
  const shown = shownIn(answer, race);
  if (!shown) return states.some(state => !isMember(who, state, race));
  const from = states.slice(
    Math.max(
      0,
      states.findIndex(state => isMember(who, state, race)),
    ),
  );
  if (!from.some(state => isMember(who, state, race))) return false;
  if (isOneSnapshot) return from.some(state => JSON.stringify(state) === JSON.stringify(shown));
  return (Object.keys(shown) as (keyof State)[]).every(key => from.some(state => state[key] === shown[key]));
}

/** Stops and resumes a standby's replay at random. */
async function disturb(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const standby = pick(replication.standbys);
    await standby.pause();
    const writes = Math.floor(random() * 5);
    for (let at = 0; at < writes && !isOver(); at += 1) await replication.database.sql('SELECT pg_sleep(0.01)');
    await standby.resume();
    for (let at = 0; at < 10 && !isOver(); at += 1) await replication.database.sql('SELECT pg_sleep(0.01)');
  }
}

test('no read on a standby is stale or misses a write', { timeout: PATIENCE }, async () => {
  const life = lifeOf(replication.database, gateway);
  const staff = await life.staff();
  const races: Race[] = [];
  for (let at = 0; at < TENANTS; at += 1) {
    const home = await life.home();
    const member = await life.join(home, ['admin']);
    const state = { name: home.tenant.name, status: 'ACTIVE', member: member.membershipId, roles: 'ADMIN' };
    races.push({ home, member, states: [state], acknowledged: 0, joining: null });
  }
  const wrong: string[] = [];
  let reads = 0;
  for (let round = 0; round < ROUNDS && !wrong.length; round += 1) {
    let readers = TENANTS * 2;
    const isOver = () => readers === 0;
    const reading = races.flatMap(race =>
      [() => race.home.owner, () => race.member].map(async whoReads => {
        try {
          for (let at = 0; at < READS && !wrong.length; at += 1) {
            const result = await read(race, whoReads());
            reads += 1;
            if (result.wrong) wrong.push(result.wrong);
          }
        } finally {
          readers -= 1;
        }
      }),
    );
    await Promise.all([...reading, ...races.map(race => write(life, race, staff, isOver)), disturb(isOver)]);
  }
  expect(wrong).toEqual([]);
  const counts = gateway.counts().standbys!;
  // Reads went to both places, so that there was something to prove.
  expect(counts.standby).toBeGreaterThan(0);
  expect(counts.behind + counts.skipped).toBeGreaterThan(0);
  const writes = races.reduce((sum, { states }) => sum + states.length - 1, 0);
  if (ROUNDS > 10) console.info(`seed ${SEED}: ${reads} reads among ${writes} writes, ${JSON.stringify(counts)}: 0 stale, 0 missed`);
});
