import { invitationId, memberNamed, type Operation, pick } from '../operation.ts';
import { predict, type Request } from '../predict.ts';
import { codeOf, type Real } from '../real.ts';
import { MAY, worksIn } from '../rules.ts';
import { comparable, isOwner, isThere, type Member, PEOPLE, personOf, type Tenant, type World } from '../state.ts';
import { Step } from './step.ts';

/** At most so many tenants at a time, and in all. */
const TENANTS = [6, 12] as const;

/** Numbers at random; what they choose depends on the world that a command finds. */
export type Dice = {
  readonly tenant: number;
  readonly caller: number;
  readonly header: number;
  readonly key: number;
  readonly input: readonly number[];
};

/** A mutation: mostly by a permitted caller, sometimes with an idempotency key. */
export class Mutation extends Step {
  constructor(
    protected readonly operation: Operation,
    private readonly dice: Dice,
  ) {
    super();
  }

  /** Where it can hardly succeed it is tried now and then only. */
  override check(world: Readonly<World>): boolean {
    const there = world.tenants.filter(isThere);
    if (this.operation.name === 'createTenant') return world.tenants.length < TENANTS[1] && there.length < TENANTS[0];
    return there.length > 0 && (this.dice.tenant % 6 === 0 || aptFor(this.operation, there, world.now).length > 0);
  }

  protected override async act(world: World, real: Real): Promise<void> {
    const { operation, dice } = this;
    const tenant = someTenant(world, operation, dice.tenant);
    const caller = someAsker(operation, tenant, dice.caller);
    const input = operation.input?.({ world, tenant: tenant!, caller, dice: dice.input }) ?? {};
    const key = dice.key % 4 ? null : `key-${real.keyed.length}-of-the-model`;
    const request: Request = { operation, caller, header: someHeader(operation, caller, tenant, dice.header), input, key };
    if (key !== null) real.keyed.push(request);
    await this.ask(world, real, request, operation.name);
  }

  /** Sends a request, and holds what comes of it against the model. */
  protected async ask(world: World, real: Real, request: Request, kind: string): Promise<void> {
    const { operation, caller, header, input, key } = request;
    const named = world.tenants.find(({ id, slug }) => id === header || slug === header)?.label ?? header;
    const description = `${caller} ${named ? `in ${named}` : 'nowhere'}: ${operation.name} ${readable(world, input)}${key ? ` ${key}` : ''}`;
    const expected = predict(world, request);
    this.tell(real, kind, description, `${expected.code ?? (expected.replayed ? 'as before' : 'done')}`);
    const answer = await real.send(request);
    const code = codeOf(answer);
    if (code !== expected.code)
      throw new Error(`${description}: expected ${expected.code ?? 'done'}, got ${code ?? 'done'}: ${answer.text}`);
    if (code !== null) return;
    if (!expected.replayed) operation.learn?.({ world, tenant: expected.tenant! }, answer.data[operation.name]);
    if (key !== null) compareAnswers(real, request, expected.replayed === true, JSON.stringify(answer.data[operation.name]));
  }
}

/** A used key returns its stored response, where its payload can still be read. */
function compareAnswers({ answers }: Real, { operation, caller, key, input }: Request, replayed: boolean, answer: string): void {
  const name = JSON.stringify([caller, key, operation.name, input]);
  const before = answers.get(name);
  if (before !== undefined && (replayed || operation.name === 'createTenant') && !answer.includes('null') && answer !== before)
    throw new Error(`G6: the same key answered ${answer}, and before ${before}`);
  if (before === undefined || !replayed) answers.set(name, answer);
}

/** An input with names in place of ids and codes. */
function readable({ tenants, members, invitations }: World, input: Request['input']): string {
  const nameOf = (value: unknown) => {
    const member = members.map(({ tenant }) => memberNamed(tenant, value)).find(found => found !== undefined);
    if (member) return `${member.person} of ${member.tenant.label}`;
    const invitation = invitations.find(({ code, ...row }) => value === code || value === invitationId(row));
    if (invitation) return `${invitation.email} to ${invitation.tenant.label}`;
    return tenants.find(({ id }) => id === value)?.label ?? JSON.stringify(value);
  };
  return `{ ${Object.entries(input)
    .map(([name, value]) => `${name}: ${nameOf(value)}`)
    .join(', ')} }`;
}

const aptFor = ({ name, suits = () => true }: Operation, tenants: readonly Tenant[], now: number) =>
  tenants.filter(tenant => (name === 'createTenant' || worksIn(name, tenant)) && suits(tenant, now));

/** Mostly a tenant in which the mutation may succeed, sometimes a deleted tenant. */
function someTenant({ tenants, now }: World, operation: Operation, die: number): Tenant | undefined {
  if (!tenants.length) return undefined;
  const there = tenants.filter(isThere);
  const pool = die % 17 === 0 ? tenants : die % 5 === 0 ? there : aptFor(operation, there, now);
  return pick(pool.length ? pool : there.length ? there : tenants, die >> 4);
}

const someOf = (members: readonly Member[], die: number, otherwise: string) => (members.length ? pick(members, die).person : otherwise);

function someAsker({ name }: Operation, tenant: Tenant | undefined, die: number): string {
  const [by, roles] = MAY[name];
  const [kind, rest] = [die % 24, die >> 5];
  const anybody = pick(PEOPLE, rest).name;
  if (kind === 23) return 'nobody';
  if (kind === 22) return 'staff';
  if (by === 'staff') return kind > 2 ? 'staff' : anybody;
  if (kind < 2) return anybody;
  if (by === 'person') {
    const invited = PEOPLE.filter(({ email }) => tenant?.invitations.some(({ code, ...own }) => code && own.email === comparable(email)));
    return name !== 'createTenant' && invited.length ? pick(invited, rest).name : anybody;
  }
  const members = tenant?.members ?? [];
  const owner = someOf(members.filter(isOwner), rest, anybody);
  const others = members.filter(member => !isOwner(member));
  if (roles.length > 2) return kind < 6 ? owner : someOf(others, rest, owner);
  if (kind < 6) return someOf(others, rest, owner);
  const admins = others.filter(member => roles.length > 1 && member.roles.includes('admin'));
  return kind < 14 ? someOf(admins, rest, owner) : owner;
}

function someHeader({ name }: Operation, caller: string, tenant: Tenant | undefined, die: number): string | null {
  const kind = die % 10;
  if (!tenant || kind === 0 || (caller === 'staff' && kind > 1)) return null;
  if (MAY[name][0] === 'person' && kind > 1) return null;
  return kind < 3 ? tenant.slug : tenant.id;
}

/**
 * A request that was sent with a key is sent again: the same, or another one of its kind, or by
 * somebody else.
 */
export class Replay extends Mutation {
  constructor(
    private readonly which: number,
    private readonly again: Dice,
  ) {
    super(undefined as never, again);
  }

  override check(): boolean {
    return true;
  }

  protected override async act(world: World, real: Real): Promise<void> {
    const { which, again } = this;
    if (!real.keyed.length) return this.tell(real, 'replay', 'replay', 'nothing yet');
    const recent = real.keyed.slice(which % 3 ? -3 : 0);
    const request = pick(recent, which >> 2);
    const { operation, header } = request;
    const tenant = world.tenants.find(({ id, slug }) => header === id || header === slug) ?? pick(world.tenants, again.tenant);
    const other = again.key % 5 === 0 && operation.input?.({ world, tenant, caller: request.caller, dice: again.input });
    const caller = again.key % 7 === 0 && personOf(request.caller) ? pick(PEOPLE, again.caller).name : request.caller;
    await this.ask(world, real, { ...request, caller, input: other || request.input }, 'replay');
  }
}
