import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  buildSchema,
  type GraphQLArgument,
  GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputField,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isListType,
  isNonNullType,
} from 'graphql';
import { newInvitationCode } from '../../../src/domain/invitation/secret.ts';
import type { Side, Target } from './isolation.ts';
import { COLUMNS } from './model.ts';

/** Values for the arguments of random operations. */
type Pool = { readonly ids: readonly string[]; readonly cursors: readonly string[]; readonly texts: readonly string[] };
type Gen = fc.GeneratorValue;

const encoded = (...parts: readonly string[]) => Buffer.from(parts.join(':')).toString('base64url');
const pick = <T>(g: Gen, of: readonly T[]): T => of[g(fc.nat, of.length - 1)]!;
const often = (g: Gen, percent: number) => g(fc.nat, 99) < percent;

const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));

/** The types of nodes that are a tenant's rows, with the word of a side that is their id. */
const ROW_NODES = schema.getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType).flatMap(({ name }) => {
  const { tenantId, id } = (COLUMNS as Readonly<Record<string, (typeof COLUMNS)['Dataset']>>)[name] ?? {};
  return tenantId && id ? [[name, id as keyof Target] as const] : [];
});

/** Ids, cursors and texts of both sides, and some invalid ones. */
export function poolOf(own: Side, other: Side): Pool {
  const sides = [own, other, other];
  const rows = sides.flatMap(({ secrets }) => secrets.filter(text => /^[0-9a-f-]{36}$/.test(text)));
  return {
    ids: [
      ...sides.flatMap(({ tenantId }) =>
        rows.flatMap(id => [encoded('Membership', tenantId, id), encoded('Tenant', id), encoded('User', id)]),
      ),
      ...sides.flatMap(({ tenantId, membershipId, invitationId, eventId }) => [
        ...Array(6).fill(encoded('Membership', tenantId, membershipId)),
        ...Array(6).fill(encoded('Invitation', tenantId, invitationId)),
        ...Array(4).fill(encoded('AuditEvent', tenantId, eventId)),
      ]),
      ...sides.flatMap(side => ROW_NODES.flatMap(([type, key]) => Array(4).fill(encoded(type, side.tenantId, side[key])))),
      ...sides.flatMap(({ listingId, boughtListingId }) => [listingId, boughtListingId].map(id => encoded('MarketplaceListing', id))),
      ...sides.map(({ tenantId }) => encoded('Tenant', tenantId)),
      ...sides.flatMap(({ tenantId, membershipId, eventId, entitlementId, usedObjectId, keyId }) => [
        encoded('ViewerApiKey', tenantId, keyId),
        encoded('ViewerMembership', tenantId, membershipId),
        encoded('EntitledObject', tenantId, entitlementId, usedObjectId),
        encoded('StaffAuditEvent', tenantId, eventId),
        ...['OwnershipTransfer', 'Marketplace', 'StaffTenant', 'Tombstone'].map(type => encoded(type, tenantId)),
        ...['Usage', 'Analytics'].map(type => encoded(type, tenantId, String(Date.UTC(2026, 0)), String(Date.UTC(2026, 11)))),
      ]),
      encoded('Plan', 'FREE'),
      'no id',
    ],
    cursors: [...rows.map(id => encoded(id)), 'no cursor'],
    texts: [
      ...sides.flatMap(({ secrets }) => secrets),
      ...sides.map(({ tenantId, invitationId: id }) => newInvitationCode({ tenantId, id }).code),
      ...['e', '%', '_', '', "'", 'name', 'Owner', 'new@people.example', 'another@people.example'],
    ],
  };
}

/**
 * A random query, or several mutations, over the whole schema except `createTenant`: slugs are
 * unique across tenants by design; and `eraseMyself`, which crosses tenants.
 */
export function randomOperation(g: Gen, pool: Pool): string {
  if (often(g, 25)) {
    const fields = Object.values(getType('Mutation').getFields()).filter(({ name }) => !['createTenant', 'eraseMyself'].includes(name));
    const chosen = Array.from({ length: 1 + g(fc.nat, 3) }, () => pick(g, fields));
    return `mutation { ${chosen.map((field, i) => `m${i}_${field.name}: ${fieldText(g, field, pool, 4)}`).join(' ')} }`;
  }
  return `query ${selection(g, getType('Query'), pool, 6)}`;
}

const getType = (name: string) => schema.getType(name) as GraphQLObjectType;

/** Percentage of fields with an alias; a document may have 30. */
const ALIAS_PERCENT = 5;

function selection(g: Gen, type: GraphQLObjectType | GraphQLInterfaceType, pool: Pool, depth: number): string {
  if (type instanceof GraphQLInterfaceType) {
    // Only one of its types: all of them together would be too broad, and some of their fields
    // conflict.
    const one = pick(g, schema.getPossibleTypes(type));
    return `{ __typename id ... on ${one.name} ${selection(g, one, pool, depth)} }`;
  }
  const fields = Object.values(type.getFields()).filter(field => depth > 1 || !isComposite(field.type));
  const first = ['Query', 'Tenant'].includes(type.name) ? ['tenant', 'memberships', 'node'].filter(name => name in type.getFields()) : [];
  const chosen = fields.filter(({ name }) => often(g, first.includes(name) ? 70 : fields.length > 6 ? 30 : 60));
  const parts = chosen.map(
    (field, i) => `${often(g, ALIAS_PERCENT) ? `f${i}${type.name}_${field.name}: ` : ''}${fieldText(g, field, pool, depth)}`,
  );
  return `{ __typename ${parts.join(' ')} }`;
}

const isComposite = (type: GraphQLOutputType) => {
  const named = getNamedType(type);
  return named instanceof GraphQLObjectType || named instanceof GraphQLInterfaceType;
};

function fieldText(g: Gen, field: GraphQLField<unknown, unknown>, pool: Pool, depth: number): string {
  // Another tenant's slug refuses the whole request.
  const given = field.args.filter(argument => isNonNullType(argument.type) || often(g, argument.name === 'slug' ? 5 : 45));
  const args = given.map(argument => `${argument.name}: ${value(g, argument, argument.type, pool)}`);
  const inner = isComposite(field.type) ? ` ${selection(g, getNamedType(field.type) as GraphQLObjectType, pool, depth - 1)}` : '';
  return `${field.name}${args.length ? `(${args.join(', ')})` : ''}${inner}`;
}

function value(g: Gen, at: GraphQLArgument | GraphQLInputField, type: GraphQLInputType, pool: Pool): string {
  if (isNonNullType(type)) return value(g, at, type.ofType, pool);
  if (isListType(type)) return `[${Array.from({ length: g(fc.nat, 4) }, () => value(g, at, type.ofType, pool)).join(', ')}]`;
  if (type instanceof GraphQLEnumType) return pick(g, type.getValues()).name;
  if (type instanceof GraphQLInputObjectType) {
    const fields = Object.values(type.getFields()).filter(field => isNonNullType(field.type) || often(g, 50));
    return `{ ${fields.map(field => `${field.name}: ${value(g, field, field.type, pool)}`).join(', ')} }`;
  }
  if (type.name === 'DateTime') return JSON.stringify(pick(g, ['2020-01-01T00:00:00Z', '2026-12-01T00:00:00Z', '2040-01-01T00:00:00Z']));
  if (type.name === 'Int') return String(g(fc.integer, { min: -1, max: 6 }));
  if (type.name === 'Boolean') return String(g(fc.boolean));
  if (type.name === 'Decimal') return JSON.stringify(pick(g, ['0', '1.25', '3.5', '99999999999999.999999']));
  if (type.name === 'ByteCount') return JSON.stringify(pick(g, ['0', '1000', '2000']));
  if (type.name === 'ID') return JSON.stringify(pick(g, pool.ids));
  return JSON.stringify(pick(g, ['after', 'before'].includes(at.name) ? pool.cursors : pool.texts));
}

/** Replaces ids and codes that were created for a response, which differ between gateways. */
export const withoutNewIds = (text: string, known: string): string =>
  text
    .replace(/"[A-Za-z0-9_-]{16,}"/g, word => {
      const inside = Buffer.from(word.slice(1, -1), 'base64url').toString();
      const made = inside.match(UUID)?.some(id => !known.includes(id));
      return made ? JSON.stringify(`<new ${inside.replace(UUID, id => (known.includes(id) ? id : ''))}>`) : word;
    })
    .replace(UUID, id => (known.includes(id) ? id : '<new>'))
    // Salts are random, and so are the hashes of events that are numbered for a response.
    .replace(/"[0-9a-f]{64}"/g, hash => (known.includes(hash.slice(1, -1)) ? hash : '"<hash>"'))
    .replace(/"ipto_[\w-]{12,}"/g, '"<key>"')
    .replace(/"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"/g, '"<code>"');

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** A text together with its decoded global ids and cursors. */
export const withDecodedIds = (text: string): string =>
  [text, ...(text.match(/[A-Za-z0-9_-]{16,}/g) ?? []).map(word => Buffer.from(word, 'base64url').toString())].join('\n').toLowerCase();
