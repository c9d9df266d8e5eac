import { describe, expect, test } from 'vitest';
import { newInvitationCode } from '../../src/domain/invitation/secret.ts';
import type { Answer } from '../support/gateway.ts';
import { absent, rowsOf, rowsOfOther, secretsIn, type Target } from '../support/isolation/isolation.ts';
import { useTwoTenants } from '../support/two-tenants.ts';

const { database, gateway, world } = useTwoTenants();

const globalId = (typename: string, ...ids: string[]) => Buffer.from([typename, ...ids].join(':')).toString('base64url');
const cursor = (place: string | number) => Buffer.from(String(place)).toString('base64url');
const membershipOf = ({ tenantId, membershipId }: Target) => globalId('Membership', tenantId, membershipId);
const invitationOf = ({ tenantId, invitationId }: Target) => globalId('Invitation', tenantId, invitationId);

const REVOKE = 'mutation ($id: ID!) { done: revokeInvitation(input: { invitationId: $id }) { revokedInvitationId } }';
const SET_ROLES = 'mutation ($id: ID!) { done: setMemberRoles(input: { membershipId: $id, roles: [OPERATOR] }) { membership { id } } }';
const REMOVE = 'mutation ($id: ID!) { done: removeMember(input: { membershipId: $id }) { removedMembershipId } }';
const TRANSFER = 'mutation ($id: ID!) { done: requestOwnershipTransfer(input: { membershipId: $id }) { code } }';
const ACCEPT = 'mutation ($id: String!) { done: acceptInvitation(input: { code: $id }) { membership { slug } } }';
const DECLINE = 'mutation ($id: String!) { done: declineInvitation(input: { code: $id }) { declinedInvitationId } }';
const NODE = `query ($id: ID!) { done: node(id: $id) { __typename id ... on Invitation { email } ... on AuditEvent { actorName after } } }`;

describe.each(['a', 'b'] as const)('T4: from inside tenant %s', side => {
  const sides = () => ({ own: world[side], other: world[side === 'a' ? 'b' : 'a'] });
  const ask = async (query: string, variables: object) => {
    const { subject, email } = world.rows.person.find(({ id }) => id === sides().own.ownerId) as Record<string, string>;
    const token = await gateway.tokenOf({ subject: subject!, email: email! });
    return gateway.ask(query, { token, variables, headers: { 'x-request-id': 'the-same' } });
  };
  const whole = ({ status, headers, text }: Answer) => JSON.stringify([status, [...headers].filter(([name]) => name !== 'date'), text]);
  /** Sends a mutation of the other tenant's row and an absent one: same response, no change. */
  const same = async (query: string, variablesOf: (target: Target) => object) => {
    const { other } = sides();
    const foreign = await ask(query, variablesOf(other));
    expect(whole(foreign)).toBe(whole(await ask(query, variablesOf(absent()))));
    expect(secretsIn(foreign.text, other)).toEqual([]);
    expect(rowsOfOther(await rowsOf(database), other)).toEqual(rowsOfOther(world.rows, other));
    return foreign;
  };

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, (target: Target) => string]>([
    ["revoking the other's invitation",        REVOKE,    invitationOf],
    ['revoking it under an id of this tenant', REVOKE,    t => globalId('Invitation', sides().own.tenantId, t.invitationId)],
    ["setting the other's member's roles",     SET_ROLES, membershipOf],
    ['setting them under an id of this tenant', SET_ROLES, t => globalId('Membership', sides().own.tenantId, t.membershipId)],
    ["removing the other's member",            REMOVE,    membershipOf],
    ['removing them under an id of this tenant', REMOVE,    t => globalId('Membership', sides().own.tenantId, t.membershipId)],
    ["making the other's member the owner",    TRANSFER,  membershipOf],
    ['making them owner under an id of this tenant', TRANSFER,  t => globalId('Membership', sides().own.tenantId, t.membershipId)],
  ])('%s is NOT_FOUND like with an absent id', async (_what, query, idOf) => {
    const { data, errors } = await same(query, t => ({ id: idOf(t) }));
    expect(data).toEqual({ done: null });
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  test('an id of another type is BAD_USER_INPUT like an absent one of that type', async () => {
    const { data, errors } = await same(REVOKE, t => ({ id: membershipOf(t) }));
    expect(data).toEqual({ done: null });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test.each([
    ['accepting', ACCEPT],
    ['declining', DECLINE],
  ])('%s with a code that names it with a wrong secret is INVITATION_INVALID like one for an absent invitation', async (_what, query) => {
    const { errors } = await same(query, ({ tenantId, invitationId: id }) => ({ id: newInvitationCode({ tenantId, id }).code }));
    expect(errors).toMatchObject([{ extensions: { code: 'INVITATION_INVALID' } }]);
  });

  test.each<[string, (target: Target) => string]>([
    ['an invitation', invitationOf],
    ['an invitation under an id of this tenant', t => globalId('Invitation', sides().own.tenantId, t.invitationId)],
    ['an event', t => globalId('AuditEvent', t.tenantId, t.eventId)],
    ['an event under an id of this tenant', t => globalId('AuditEvent', sides().own.tenantId, t.eventId)],
  ])('the global id of %s is null like an absent one', async (_what, idOf) => {
    const { data, errors } = await same(NODE, t => ({ id: idOf(t) }));
    expect({ data, errors }).toEqual({ data: { done: null }, errors: [] });
  });

  test.each<[string, (target: Target) => string]>([
    ['an own invitation', invitationOf],
    ['an own event', t => globalId('AuditEvent', t.tenantId, t.eventId)],
  ])('the own one is found: %s', async (_what, idOf) => {
    expect((await ask(NODE, { id: idOf(sides().own) })).data.done).toMatchObject({ id: idOf(sides().own) });
  });

  const LOG = `query ($filter: AuditFilter, $after: String) { tenant { auditEvents(filter: $filter, after: $after, first: 5) {
    totalCount edges { cursor node { id actorId actorName after requestId targetId } } } } }`;

  test('no filter of the log finds its actors', async () => {
    const { data } = await same(LOG, t => ({ filter: { actorId: t.actorId } }));
    expect(data.tenant.auditEvents).toEqual({ totalCount: 0, edges: [] });
    const own = await ask(LOG, { filter: { actorId: sides().own.actorId } });
    expect(own.data.tenant.auditEvents.totalCount).toBe(2);
  });

  test('the log and its pages contain only own events', async () => {
    for (const after of [null, cursor(2), cursor(9)]) {
      const answer = await ask(LOG, { after });
      expect(answer.data.tenant.auditEvents.totalCount).toBe(2);
      expect(secretsIn(answer.text, sides().other)).toEqual([]);
    }
  });

  test('a cursor at its invitation is a position here, like an absent one', async () => {
    const PAGE = 'query ($after: String) { tenant { invitations(after: $after) { totalCount } } }';
    const { data } = await same(PAGE, t => ({ after: cursor(t.invitationId) }));
    expect(data).toEqual({ tenant: { invitations: { totalCount: 1 } } });
  });
});
