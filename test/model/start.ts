import { OPERATIONS } from './commands/all.ts';
import { Mutation } from './commands/mutation.ts';
import type { Step } from './commands/step.ts';
import { Settle } from './commands/time.ts';
import type { Input } from './operation.ts';
import type { Real } from './real.ts';
import type { Name } from './rules.ts';
import type { World } from './state.ts';

/**
 * A request that is chosen by hand: the caller, acting in their only tenant, or by what the input
 * leads to.
 */
class Given extends Mutation {
  constructor(
    name: Name,
    private readonly caller: string,
    private readonly given: (world: World) => Input,
  ) {
    super(OPERATIONS.find(operation => operation.name === name)!, { tenant: 0, caller: 0, header: 0, key: 1, input: [] });
  }

  protected override act(world: World, real: Real): Promise<void> {
    const request = { operation: this.operation, caller: this.caller, header: null, input: this.given(world), key: null };
    return this.ask(world, real, request, 'start');
  }
}

const invite = (inviter: string, person: string, ...roles: readonly string[]) =>
  new Given('inviteMember', inviter, () => ({ email: `${person}@people.example`, roles }));

const accept = (person: string, label: string) =>
  new Given('acceptInvitation', person, ({ invitations }) => {
    const invitation = invitations.find(({ tenant, email }) => tenant.label === label && email === `${person}@people.example`);
    return { code: invitation!.code };
  });

const arrange = (label: string, memberLimit: number | null) =>
  new Given('staffArrangeEnterprise', 'staff', ({ tenants }) => ({
    tenantId: tenants.find(tenant => tenant.label === label)!.id,
    memberLimit,
  }));

/**
 * How every sequence starts: ann's t1 with a few members on a paid plan, ben's t2 with one on the
 * Free plan, and cem in both. A contract of fewer places than t1 needs keeps fay out, whose
 * invitation is open.
 */
export const beginning = (): readonly Step[] => [
  new Given('createTenant', 'ann', () => ({ name: 'Acme', slug: 'first' })),
  new Given('createTenant', 'ben', () => ({ name: 'Bison', slug: 'second' })),
  new Given('changePlan', 'ann', () => ({ plan: 'STARTER' })),
  invite('ann', 'cem', 'ADMIN', 'VIEWER'),
  invite('ann', 'dora', 'SELLER_MANAGER', 'VIEWER'),
  invite('ann', 'eli', 'OPERATOR'),
  invite('ben', 'cem', 'BUYER_MANAGER'),
  new Settle(),
  accept('cem', 't1'),
  accept('dora', 't1'),
  accept('eli', 't1'),
  accept('cem', 't2'),
  invite('ann', 'fay', 'VIEWER'),
  new Settle(),
  arrange('t1', 4),
  accept('fay', 't1'),
  arrange('t1', 7),
];
