import { expect } from 'vitest';
import type { TestGateway } from '../support/gateway.ts';
import { type Asking, expectAnswer } from './answer.ts';
import { type Asked, asksOf, documentOf } from './changes.ts';
import type { Difference } from './kept.ts';
import type { World } from './world.ts';

/** The tables that any request may write to. */
const LOG = ['audit_event', 'audit_head', 'audit_subject', 'refusal_count'];

/** The limit of aliases of a document. */
const TOGETHER = 25;
const groupsOf = (asks: readonly Asked[]): readonly (readonly Asked[])[] =>
  Array.from({ length: Math.ceil(asks.length / TOGETHER) }, (_, group) => asks.slice(group * TOGETHER, (group + 1) * TOGETHER));

/** Requests every mutation, and compares its response and its effects with the expectation. */
export function createChanging(gateway: TestGateway, world: World) {
  /** Caller, mutation and other tenant of all requests, without duplicates. */
  const named = new Set<string>();
  let made = 0;

  function variablesOf(asks: readonly Asked[], { place = world.own.active, caller, email }: Pick<Asking, 'place' | 'caller' | 'email'>) {
    made += 1;
    const inputs = asks.map(({ alias, input, named = 'active' }) => {
      const target = world.foreign[named];
      return [alias, input({ place, caller, target, code: target.codes[email]!, slug: `made-${made}` })];
    });
    return Object.fromEntries(inputs) as Readonly<Record<string, object>>;
  }

  /** Sends mutations in one request, returns how the rows differ afterwards, and restores them. */
  async function request(asks: readonly Asked[], asking: Asking) {
    const query = documentOf(asks);
    const answer = await gateway.ask(query, { ...asking, variables: variablesOf(asks, asking) });
    const differences = await world.rows.differences();
    await world.rows.restore(differences);
    expectAnswer(query, answer, { caller: asking.caller, changes: Object.fromEntries(asks.map(({ alias, refused }) => [alias, refused])) });
    return { answer, differences };
  }

  const logOf = ({ log, named }: Asked, { place }: Asking, created: string | undefined): string | undefined =>
    log === 'own' ? place!.id : log === 'named' ? world.foreign[named!].id : log === 'new' ? created : undefined;

  /** Each change and each refusal leaves its events in the right log, and no others (SPEC A1). */
  function holdLog(asks: readonly Asked[], differences: readonly Difference[], asking: Asking, requestId: string, created?: string) {
    const { kind, id, name } = asking.actor;
    const by = { actor_kind: kind, actor_id: id, actor_name: name, request_id: requestId };
    const due = asks.flatMap(asked => {
      const tenantId = logOf(asked, asking, created);
      return tenantId ? asked.events.map(event => ({ tenant_id: tenantId, ...event, ...by })) : [];
    });
    const events = differences.filter(({ table }) => table === 'audit_event');
    expect(events.filter(({ came }) => !came)).toEqual([]);
    const sorted = due.sort((a, b) => (a.tenant_id < b.tenant_id ? -1 : a.tenant_id > b.tenant_id ? 1 : 0));
    expect(events.map(({ row: { state_after: after, ...row } }) => ({ ...row, after }))).toEqual(
      sorted.map(event => expect.objectContaining(event)),
    );
  }

  /** Refused mutations change no rows except the log's, even with all of them in one request. */
  async function askRefused(asks: readonly Asked[], asking: Asking) {
    const { answer, differences } = await request(asks, asking);
    expect(differences.filter(({ table }) => !LOG.includes(table))).toEqual([]);
    holdLog(asks, differences, asking, answer.headers.get('x-request-id')!);
  }

  /** An allowed mutation changes rows of one tenant only (SPEC T9). */
  async function askAllowed(asked: Asked, asking: Asking) {
    const { answer, differences } = await request([asked], asking);
    const created: string | undefined = answer.data[asked.alias]?.membership?.tenantId;
    const changed = differences.filter(({ table }) => !LOG.includes(table));
    // The event that subscribers get says that something changed: it isn't the change.
    expect(changed.filter(({ table }) => table !== 'event_outbox')).not.toEqual([]);
    const whose = new Set(
      changed.filter(({ table }) => table !== 'person' && !asked.crosses?.includes(table)).map(({ tenantId }) => tenantId),
    );
    expect([...whose]).toEqual([logOf(asked, asking, created)]);
    holdLog([asked], differences, asking, answer.headers.get('x-request-id')!, created);
  }

  async function ask(asking: Asking) {
    const asks = asksOf(asking.caller);
    const refused = asks.filter(asked => asked.refused);
    for (const some of groupsOf(refused)) await askRefused(some, asking);
    for (const allowed of asks.filter(asked => !asked.refused)) await askAllowed(allowed, asking);
    for (const asked of asks) if (asked.named) named.add(`${asking.cell} ${asked.alias}`);
  }

  const NOBODY = { kind: 'nobody', roles: [], status: null } as const;
  const EVERYTHING = asksOf(NOBODY);

  /** All mutations, for a request of which nothing may run. */
  const everything = () =>
    groupsOf(EVERYTHING).map(asks => [documentOf(asks), variablesOf(asks, { caller: NOBODY, email: world.caller.email })] as const);

  /** All mutations of staff, for the tenant of this id. */
  function overAbsent(id: string) {
    const asks = EVERYTHING.filter(({ permission }) => permission.startsWith('staff:'));
    const inputs = Object.entries(variablesOf(asks, { caller: NOBODY, email: world.caller.email }));
    return [documentOf(asks), Object.fromEntries(inputs.map(([alias, input]) => [alias, { ...input, tenantId: id }]))] as const;
  }

  return { ask, everything, overAbsent, named };
}
