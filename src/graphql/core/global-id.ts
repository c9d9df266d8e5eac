import { PLAN_CODES } from '../../access/vocabulary.ts';
import { tenantFieldOf } from '../../database/index.ts';
import { badInput } from '../../domain/core/errors.ts';
import { encodeGlobalId } from '../../domain/core/global-id.ts';

export { encodeGlobalId, rowId } from '../../domain/core/global-id.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const MOMENT = '(?:0|-?[1-9]\\d{0,14})';

/**
 * The form of each node type's id. The id of a tenant's row contains the tenant, so that a lookup
 * can be bound to it. That of a marketplace listing must not reveal its provider (SPEC M5).
 */
const FORMS = new Map<string, RegExp>();
const [ROW, SINGLE] = [new RegExp(`^${UUID}:${UUID}$`), new RegExp(`^${UUID}$`)];
const PERIOD = new RegExp(`^${UUID}:${MOMENT}:${MOMENT}$`);

/** The forms of ids that don't follow from the data model. */
const OTHERS: Readonly<Record<string, RegExp>> = {
  ...{ Usage: PERIOD, Analytics: PERIOD },
  ...{ Retrieval: ROW, ViewerMembership: ROW, ViewerApiKey: ROW, StaffAuditEvent: ROW },
  ...{ OwnershipTransfer: SINGLE, Tombstone: SINGLE },
  EntitledObject: new RegExp(`^${UUID}:${UUID}:${UUID}$`),
  Plan: new RegExp(`^(?:${PLAN_CODES.join('|')})$`),
  Viewer: /^[0-9a-f]{64}$/,
};

/** Lets ids of these types in, each in the form that its model has; any other is refused. */
export function acceptIdsOf(typenames: readonly string[]): void {
  for (const typename of typenames) FORMS.set(typename, OTHERS[typename] ?? (tenantFieldOf(typename) === 'tenantId' ? ROW : SINGLE));
}

/**
 * Splits a global id.
 *
 * @throws {GatewayError} BAD_USER_INPUT unless {@link encodeGlobalId} could have made the id.
 */
export function decodeGlobalId(globalId: string): { typename: string; id: string } {
  const [typename = '', ...rest] = Buffer.from(globalId, 'base64url').toString().split(':');
  const id = rest.join(':');
  if (!FORMS.get(typename)?.test(id) || encodeGlobalId(typename, id) !== globalId)
    throw badInput('This is not an id that this API gives out.');
  return { typename, id };
}

/** The inverse of {@link rowId}. */
export function rowOf(id: string): { tenantId: string; id: string } {
  const [tenantId = '', row = ''] = id.split(':');
  return { tenantId, id: row };
}

/** A buyer names another tenant's object by the entitlement that gives access to it. */
export type EntitledRow = { readonly tenantId: string; readonly entitlementId: string; readonly id: string };

/** The id of an entitled object, as {@link encodeGlobalId} takes it. */
export const entitledId = ({ tenantId, entitlementId, id }: EntitledRow): string => `${tenantId}:${entitlementId}:${id}`;

/** The inverse of {@link entitledId}. */
export function entitledRow(id: string): EntitledRow {
  const [tenantId = '', entitlementId = '', object = ''] = id.split(':');
  return { tenantId, entitlementId, id: object };
}

/**
 * The id inside a global id of an input, which must be of one type.
 *
 * @throws {GatewayError} BAD_USER_INPUT for the id of another type.
 */
export function idOfType(typename: string, globalId: { typename: string; id: string }): string {
  if (globalId.typename !== typename) throw badInput(`This is not the id of a ${typename}.`);
  return globalId.id;
}

/** The row that a global id of an input names. Throws as {@link idOfType}. */
export const rowRef = (typename: string, globalId: { typename: string; id: string }): { tenantId: string; id: string } =>
  rowOf(idOfType(typename, globalId));
