import type { Input, Operation } from './operation.ts';
import { applyDue, contextOf, MAY, refusalOf, type Scene } from './rules.ts';
import { DAY, isThere, MINUTE, memberOf, type Tenant, type World } from './state.ts';

/** A request as it is sent. */
export type Request = {
  readonly operation: Operation;
  readonly caller: string;
  /** What `X-Tenant-Id` names. */
  readonly header: string | null;
  readonly input: Input;
  /** An idempotency key. */
  readonly key: string | null;
};

/**
 * What must come of a request: the code of its refusal, or null when it is done, now or under the
 * same key before.
 */
export type Prediction = { readonly code: string | null; readonly replayed?: boolean; readonly tenant?: Tenant | null };

/** Codes of invalid input: independent of permissions, and without an event. */
const INPUT_CODES = ['BAD_USER_INPUT', 'IDEMPOTENCY_KEY_REUSED'];

/** Does in the model what a request must do. */
export function predict(world: World, { operation, caller, header, input, key }: Request): Prediction {
  const { name, leadsTo, run } = operation;
  const [by, , , action] = MAY[name];
  const context = contextOf(world, caller, header);
  if (context === undefined) return { code: 'TENANT_NOT_FOUND' };
  const tenant = leadsTo && (by === 'person' || caller === 'staff') ? leadsTo(world, input) : context;
  if (tenant === undefined) return { code: 'INVITATION_INVALID' };
  const membership = context && by === 'member' ? ` as ${world.members.indexOf(memberOf(context, caller)!)}` : '';
  const remembered = key === null || caller === 'nobody' ? null : `${caller}${membership} ${key}`;
  const print = JSON.stringify([name, input]);
  const kept = remembered === null ? undefined : tenant?.keys.get(remembered);
  if (kept && kept.until > world.now)
    return kept.print === print ? { code: null, replayed: true, tenant } : { code: 'IDEMPOTENCY_KEY_REUSED' };

  let isRecorded = false;
  const record: Scene['record'] = (what = action, actor = caller === 'staff' ? 'staff' : 'user') =>
    void tenant!.log.push(`${what} ${actor}`);
  const countRefusal = (code: string) => {
    const event = `${action}!${code} ${caller === 'staff' ? 'staff' : 'user'}`;
    const counted = tenant!.refusals.get(`${caller} ${event}`);
    if (counted) counted.count += 1;
    else {
      tenant!.refusals.set(`${caller} ${event}`, { count: 0, since: world.now, event });
      tenant!.log.push(event);
    }
  };
  const refuse: Scene['refuse'] = code => {
    countRefusal(code);
    isRecorded = true;
    return code;
  };
  const me = tenant && by === 'member' ? memberOf(tenant, caller) : undefined;
  const scene: Scene = { world, caller, me: me!, tenant: tenant!, input, key: remembered, record, refuse };
  const code = refusalOf(name, caller, context) ?? inPlace(scene, name === 'createTenant' || by === 'staff', run);
  if (code === null && remembered !== null && name !== 'createTenant') tenant!.keys.set(remembered, { print, until: world.now + DAY });
  const concerned = tenant && (caller === 'staff' ? by === 'staff' : tenant === context && name !== 'createTenant');
  if (code !== null && concerned && !isRecorded && !INPUT_CODES.includes(code)) countRefusal(code);
  return { code, tenant };
}

/**
 * An invitation of a deleted tenant is invalid. A command that founds or names a tenant checks it
 * itself.
 */
const inPlace = (scene: Scene, anywhere: boolean, run: Operation['run']) => (scene.tenant || anywhere ? run(scene) : 'INVITATION_INVALID');

/** Does in the model what the jobs must do, in every tenant. */
export function settle({ now, tenants }: World): void {
  for (const tenant of tenants.filter(isThere)) {
    const record: Scene['record'] = action => void tenant.log.push(`${action} system`);
    applyDue({ tenant, world: { now } as World, record });
    for (const _ of tenant.invitations.filter(({ until }) => until <= now)) record('invitation.expire');
    tenant.invitations = tenant.invitations.filter(({ until }) => until > now);
    if (tenant.transfer && tenant.transfer.until <= now) {
      tenant.transfer = null;
      record('ownership.expire');
    }
    for (const [key, { until }] of tenant.keys) if (until <= now) tenant.keys.delete(key);
    logRefusals(tenant, now);
    if (tenant.deletionDue !== null && tenant.deletionDue <= now) tenant.status = 'deleted';
  }
}

/** Logs the refusals that were repeated, as one count for each kind a minute (SPEC A5). */
function logRefusals({ refusals, log }: Tenant, now: number): void {
  const inOrder = [...refusals].sort(([, a], [, b]) => a.since - b.since || (a.event < b.event ? -1 : 1));
  for (const [kind, { count, since, event }] of inOrder) {
    if (since > now - MINUTE) continue;
    if (count) log.push(event);
    if (count) refusals.set(kind, { count: 0, since: now, event });
    else refusals.delete(kind);
  }
}

/** Whether an invitation goes out when the jobs run: once, and while its tenant is active. */
export const isToBeSent = ({ status }: Tenant, { code }: { code: string | null }): boolean => status === 'active' && code === null;
