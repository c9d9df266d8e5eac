import type { Name, Scene } from './rules.ts';
import { type Member, ROLES, type Role, type Tenant, type World } from './state.ts';

export type Input = Readonly<Record<string, unknown>>;

/**
 * What an input is chosen from: the world as it is, the tenant that the command is about, and
 * numbers at random.
 */
export type Choice = { readonly world: World; readonly tenant: Tenant; readonly caller: string; readonly dice: readonly number[] };

/** A mutation of the schema: its input, and its expected effect. */
export type Operation = {
  readonly name: Name;
  /** The selection of its payload. */
  readonly selection: string;
  /** Its input for a choice; without, it takes none. */
  readonly input?: (choice: Choice) => Input;
  /**
   * The tenant that its input leads to, where that isn't the request's own: null when there is
   * none, undefined when it can't lead anywhere.
   */
  readonly leadsTo?: (world: World, input: Input) => Tenant | null | undefined;
  /** The tenants in which it may well succeed: where it is tried more often. */
  readonly suits?: (tenant: Tenant, now: number) => boolean;
  readonly run: (scene: Scene) => string | null;
  /** Takes from the answer what the gateway chose. */
  readonly learn?: (scene: Pick<Scene, 'world' | 'tenant'>, data: Record<string, unknown>) => void;
};

export const pick = <Item>(items: readonly Item[], die: number): Item => items[die % items.length]!;

type Row = { readonly tenant: Tenant; readonly id: string };

const globalId = (type: string, { tenant, id }: Row) => Buffer.from(`${type}:${tenant.id}:${id}`).toString('base64url');
export const memberId = (member: Row): string => globalId('Membership', member);
export const invitationId = (invitation: Row): string => globalId('Invitation', invitation);

/**
 * A membership's id: mostly another present member's, sometimes one that is gone or another
 * tenant's.
 */
export function someMember({ world, tenant: { members } }: Choice, die: number): string {
  const others = members.filter(({ roles }) => !roles.includes('owner'));
  const pools = [others, others, others, members, world.members].slice(die % 5);
  return memberId(pick(pools.find(({ length }) => length > 0)!, die >> 3));
}

/** The member of a tenant whom an id names. */
export const memberNamed = ({ members }: Tenant, id: unknown): Member | undefined => members.find(member => memberId(member) === id);

/** Roles as GraphQL has them: one or two, rarely none or `OWNER`. */
export function someRoles(die: number): readonly string[] {
  if (die % 29 === 0) return [];
  const grantable = ROLES.slice(die % 13 === 0 ? 0 : 1);
  const roles = [pick(grantable, die), ...(die % 3 ? [] : [pick(grantable, die >> 3)])];
  return [...new Set(roles)].map(role => role.toUpperCase());
}

export const rolesIn = (input: Input): readonly Role[] => (input.roles as readonly string[]).map(role => role.toLowerCase() as Role);
