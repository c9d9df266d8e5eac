import { badInput } from '../../domain/core/errors.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/**
 * The node types and what their ids are made of. A tenant's row carries its tenant, so that it is
 * looked up under that tenant's binding; what the marketplace tells of a listing carries none, for
 * nobody is to learn it (SPEC M5).
 */
const FORMS: Readonly<Record<string, RegExp>> = {
  Tenant: new RegExp(`^${UUID}$`),
  User: new RegExp(`^${UUID}$`),
  Membership: new RegExp(`^${UUID}:${UUID}$`),
  Invitation: new RegExp(`^${UUID}:${UUID}$`),
  AuditEvent: new RegExp(`^${UUID}:${UUID}$`),
  MarketplaceListing: new RegExp(`^${UUID}$`),
  ApiKey: new RegExp(`^${UUID}:${UUID}$`),
  Dataset: new RegExp(`^${UUID}:${UUID}$`),
  DataObject: new RegExp(`^${UUID}:${UUID}$`),
  Listing: new RegExp(`^${UUID}:${UUID}$`),
  Entitlement: new RegExp(`^${UUID}:${UUID}$`),
  UsageRecord: new RegExp(`^${UUID}:${UUID}$`),
  Charge: new RegExp(`^${UUID}:${UUID}$`),
  Earning: new RegExp(`^${UUID}:${UUID}$`),
};

/** A global id: opaque to clients, `Type:id` or `Type:tenant:id` in base64url. */
export const encodeGlobalId = (typename: string, id: string | number | bigint): string =>
  Buffer.from(`${typename}:${id}`).toString('base64url');

/**
 * The type and id inside a global id.
 *
 * @throws {GatewayError} BAD_USER_INPUT for whatever {@link encodeGlobalId} doesn't make.
 */
export function decodeGlobalId(globalId: string): { typename: string; id: string } {
  const [typename = '', ...rest] = Buffer.from(globalId, 'base64url').toString().split(':');
  const id = rest.join(':');
  const form = Object.hasOwn(FORMS, typename) ? FORMS[typename] : undefined;
  if (!form?.test(id) || encodeGlobalId(typename, id) !== globalId) throw badInput('This is not an id that this API gives out.');
  return { typename, id };
}

/** The id of a row in a tenant, as {@link encodeGlobalId} takes it. */
export const rowId = ({ tenantId, id }: { tenantId: string; id: string }): string => `${tenantId}:${id}`;

/** {@link rowId} back. */
export function rowOf(id: string): { tenantId: string; id: string } {
  const [tenantId = '', row = ''] = id.split(':');
  return { tenantId, id: row };
}

/**
 * What stands behind the type in an input's global id.
 *
 * @throws {GatewayError} BAD_USER_INPUT for the id of another type.
 */
export function idNamed(typename: string, given: { typename: string; id: string }): string {
  if (given.typename !== typename) throw badInput(`This is the id of another type than ${typename}.`);
  return given.id;
}

/** The row that an input's global id names: as {@link idNamed}. */
export const rowRef = (typename: string, given: { typename: string; id: string }): { tenantId: string; id: string } =>
  rowOf(idNamed(typename, given));
