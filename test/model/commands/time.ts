import { codeIn } from '../../support/gateway.ts';
import { isToBeSent, settle } from '../predict.ts';
import type { Real } from '../real.ts';
import { isThere, MINUTE, type World } from '../state.ts';
import { Step } from './step.ts';

/** Time passes, and nothing happens by itself. */
export class Advance extends Step {
  constructor(private readonly minutes: number) {
    super();
  }

  protected override async act(world: World, real: Real): Promise<void> {
    world.now += this.minutes * MINUTE;
    real.gateway.clock.advance({ minutes: this.minutes });
    const passed = this.minutes < 24 * 60 ? `${this.minutes} minutes` : `${this.minutes / (24 * 60)} days`;
    this.tell(real, 'clock', `the clock moves ${passed}`, 'done');
  }
}

/** The row of an invitation, as the code in a message carries it. */
const rowIn = (code: string) => Buffer.from(code.replace('ipto_invite_', ''), 'base64url').subarray(16, 32).toString('hex');

/** The jobs do all that is due, and each invitation that hasn't gone out does, once. */
export class Settle extends Step {
  protected override async act(world: World, real: Real): Promise<void> {
    settle(world);
    await real.gateway.settle();
    const messages = real.gateway.sent.slice(real.read);
    real.read += messages.length;
    const due = world.tenants.filter(isThere).flatMap(tenant => tenant.invitations.filter(invitation => isToBeSent(tenant, invitation)));
    this.tell(real, 'settle', `the jobs run, sending ${due.length}`, 'done');
    if (messages.length !== due.length) throw new Error(`R5: ${messages.length} messages for ${due.length} invitations`);
    for (const message of messages) {
      const code = codeIn(message);
      const invitation = due.find(({ id }) => id.replaceAll('-', '') === rowIn(code));
      if (invitation?.email !== message.to || invitation.code) throw new Error(`R5: a message to ${message.to} that nobody asked for`);
      invitation.code = code;
    }
  }
}
