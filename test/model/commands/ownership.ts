import { memberNamed, type Operation, pick, someMember } from '../operation.ts';
import { type Scene, voidTransfer } from '../rules.ts';
import { MINUTE } from '../state.ts';

const GOOD_FOR = 15 * MINUTE;
const TRIES = 5;
const WRONG = 'AAAA-AAAA-AAAA';

/** The transfer that waits for its code, unless that has expired. */
const underWay = ({ tenant, world: { now } }: Scene) => (tenant.transfer && tenant.transfer.until > now ? tenant.transfer : null);

function request(scene: Scene): string | null {
  const { tenant, me, world, input, record } = scene;
  const recipient = memberNamed(tenant, input.membershipId);
  if (!recipient) return 'NOT_FOUND';
  if (recipient === me) return 'OWN_MEMBERSHIP';
  voidTransfer(scene);
  tenant.transfer = { recipient, until: world.now + GOOD_FOR, code: '', tries: TRIES };
  record();
  return null;
}

function confirm(scene: Scene): string | null {
  const { tenant, me, input, record, refuse } = scene;
  const transfer = underWay(scene);
  if (!transfer) return 'TRANSFER_INVALID';
  if (input.code !== transfer.code) {
    transfer.tries -= 1;
    const code = refuse('CODE_WRONG');
    if (!transfer.tries) voidTransfer(scene);
    return code;
  }
  tenant.transfer = null;
  me.roles = [...new Set(['admin' as const, ...me.roles.filter(role => role !== 'owner')])];
  transfer.recipient.roles = ['owner', ...transfer.recipient.roles];
  record();
  return null;
}

export const OWNERSHIP: readonly Operation[] = [
  {
    name: 'requestOwnershipTransfer',
    selection: 'code',
    input: choice => ({ membershipId: someMember(choice, choice.dice[0]!) }),
    suits: ({ members }) => members.length > 1,
    run: request,
    learn: ({ tenant, world }, { code }) => {
      if (tenant.transfer?.code !== '') return; // answered as before
      tenant.transfer.code = String(code);
      world.transferCodes.push(String(code));
    },
  },
  {
    name: 'confirmOwnershipTransfer',
    selection: 'tenant { tenantId }',
    input: ({ tenant, world, dice: [a, b] }) => {
      const right = tenant.transfer?.code ?? WRONG;
      return { code: [right, right, WRONG, pick([WRONG, ...world.transferCodes], b!)][a! % 4]! };
    },
    suits: ({ transfer }, now) => transfer !== null && transfer.until > now,
    run: confirm,
  },
  {
    name: 'cancelOwnershipTransfer',
    selection: 'tenant { tenantId }',
    suits: ({ transfer }) => transfer !== null,
    run: scene => {
      if (!underWay(scene)) return 'TRANSFER_INVALID';
      scene.tenant.transfer = null;
      scene.record();
      return null;
    },
  },
];
