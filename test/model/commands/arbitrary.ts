import fc from 'fast-check';
import type { Real } from '../real.ts';
import type { Name } from '../rules.ts';
import type { World } from '../state.ts';
import { OPERATIONS } from './all.ts';
import { Mutation, Replay } from './mutation.ts';
import type { Step } from './step.ts';
import { Advance, Settle } from './time.ts';

/** Commands in one sequence at most. */
const LONGEST = 250;

/** What comes more often than once. */
const OFTEN: { readonly [Operation in Name]?: number } = {
  inviteMember: 8,
  acceptInvitation: 12,
  requestOwnershipTransfer: 5,
  confirmOwnershipTransfer: 12,
  changePlan: 4,
  setMemberRoles: 3,
  removeMember: 2,
  dropRoles: 2,
  cancelOwnershipTransfer: 3,
  cancelTenantDeletion: 2,
  declineInvitation: 4,
  staffResumeTenant: 2,
};

const HOUR = 60;
const DAY = 24 * HOUR;
const PASSING = [
  1,
  5,
  14,
  15,
  16,
  HOUR,
  5 * HOUR,
  DAY - 1,
  DAY,
  25 * HOUR,
  2 * DAY,
  7 * DAY,
  8 * DAY,
  20 * DAY,
  30 * DAY,
  31 * DAY,
  40 * DAY,
];

const die = fc.nat(99_999);
const dice = fc.record({ tenant: die, caller: die, header: die, key: die, input: fc.array(die, { minLength: 3, maxLength: 3 }) });

const mutation = fc
  .tuple(fc.constantFrom(...OPERATIONS.flatMap(operation => Array(OFTEN[operation.name] ?? 1).fill(operation))), dice)
  .map(([operation, thrown]) => new Mutation(operation, thrown));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 70, arbitrary: mutation },
  { weight: 9, arbitrary: fc.tuple(die, dice).map(([which, thrown]) => new Replay(which, thrown)) },
  { weight: 9, arbitrary: fc.constant(null).map(() => new Settle()) },
  { weight: 4, arbitrary: fc.constantFrom(...PASSING.slice(0, 7)).map(minutes => new Advance(minutes)) },
  { weight: 2, arbitrary: fc.constantFrom(...PASSING.slice(7)).map(minutes => new Advance(minutes)) },
);

/** Sequences of commands of all kinds. */
export const sequences = fc.commands<World, Real, false>([step], {
  maxCommands: LONGEST,
  size: 'max',
});
