import { readFileSync } from 'node:fs';
import { type GraphQLEnumType, type GraphQLObjectType, getNamedType, isObjectType, isScalarType, isSpecifiedScalarType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { buildSchema, printSchema } from '../../../src/graphql/schema.ts';
import { enumName, PERMISSION_NAMES } from '../../access/expectation.ts';

const schema = buildSchema();

describe('scalars', () => {
  const scalars = Object.values(schema.getTypeMap())
    .filter(isScalarType)
    .filter(type => !isSpecifiedScalarType(type));

  test('G4: say where they are specified, in the printed schema too', () => {
    expect(scalars.map(({ name }) => name).sort()).toEqual(['ByteCount', 'DateTime', 'Decimal', 'JSONObject']);
    for (const { name, specifiedByURL } of scalars) {
      expect([name, specifiedByURL]).toEqual([name, expect.stringMatching(/^https:\/\/\S+$/)]);
      expect(printSchema(schema)).toContain(`scalar ${name} @specifiedBy(url: "${specifiedByURL}")\n`);
    }
  });

  test('have types for code generators in scalars.json, and no other type has', () => {
    expect(JSON.parse(readFileSync('scalars.json', 'utf8'))).toEqual({
      ByteCount: { input: 'string | number', output: 'string' },
      DateTime: { input: 'string', output: 'string' },
      Decimal: { input: 'string', output: 'string' },
      JSONObject: { input: 'Record<string, unknown>', output: 'Record<string, unknown>' },
    });
  });
});

test('each permission is a value of the enum, described by its name in errors', () => {
  const values = (schema.getType('PermissionName') as GraphQLEnumType).getValues();
  expect(values.map(({ name, value }) => [name, value])).toEqual(PERMISSION_NAMES.map(name => [enumName(name), name]));
  for (const { value, description } of values) expect(description?.startsWith(`\`${value}\`: `)).toBe(true);
});

/** Object types without an id, which denote nothing that could be read again. */
const VALUES: Readonly<Record<string, string>> = {
  CapUse: 'numbers of its tenant',
  DatasetSales: 'a sum',
  DaySales: 'a sum',
  DayUse: 'a sum',
  DeprecatedUse: 'a count of its caller',
  DocumentAudience: 'a forecast',
  Event: 'a number in its feed',
  EventFeed: 'a part of a sequence',
  ExplainedRefusal: 'a forecast',
  Explanation: 'a forecast',
  InvitationChanged: 'an event',
  InvitationDelivery: 'a part of its invitation',
  KeyUse: 'a sum',
  ListingChanged: 'an event',
  MarketplaceTag: 'a count',
  MembershipChanged: 'an event',
  Money: 'a value',
  MonthlyUse: 'numbers of its tenant',
  OwnEvent: 'a part of its event',
  PageInfo: 'a part of its connection',
  Permission: 'a value of the enum `PermissionName`',
  PlanLimits: 'numbers of its tenant',
  PlanPreview: 'a forecast',
  PurgeReceipt: 'a part of its tombstone',
  RateLimit: 'numbers of its minute',
  Refusal: 'the answer to a question',
  Role: 'a value of the enum `RoleName`',
  TenantChanged: 'an event',
  Upload: 'a link that expires',
  UploadHeader: 'a part of its upload',
  UsageRecorded: 'an event',
  ViewerChanged: 'an event',
};

/** Types with an id that `node` doesn't read. */
const ONCE: Readonly<Record<string, string>> = { Retrieval: 'its link is given once; its usage record can be read again' };

/** Payloads of mutations that change no object. */
const CHANGE_NOTHING: Readonly<Record<string, string>> = {
  EraseMyselfPayload: 'the person is gone, and so is their id',
  RenewDownloadLinkPayload: 'a new link to the same bytes',
  RetireDocumentsPayload: 'how many: there may be a thousand',
};

describe('ids', () => {
  const types = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !/^__|^(Query|Mutation|Subscription)$|(Payload|Connection|Edge)$/.test(name));

  test('G4: every object type that denotes a thing has a global id; a new type must be a node, or be listed here', () => {
    const without = types.filter(type => !('id' in type.getFields()));
    expect(without.map(({ name }) => name).sort()).toEqual(Object.keys(VALUES));
  });

  test('G4: whatever has an id can be read again, but for those listed here', () => {
    const unread = types.filter(type => 'id' in type.getFields() && !type.getInterfaces().some(({ name }) => name === 'Node'));
    expect(unread.map(({ name }) => name)).toEqual(Object.keys(ONCE));
  });

  test('G6: a payload holds what the mutation changed, or the global ids of what is gone', () => {
    const payloads = Object.values(schema.getMutationType()!.getFields()).map(({ type }) => getNamedType(type) as GraphQLObjectType);
    for (const { name, getFields } of payloads.map(type => ({ name: type.name, getFields: () => Object.values(type.getFields()) }))) {
      const objects = getFields().filter(field => {
        const inner = getNamedType(field.type);
        return isObjectType(inner) ? 'id' in inner.getFields() : inner.name === 'ID' && /Id$/.test(field.name);
      });
      expect([name, objects.length > 0]).toEqual([name, !(name in CHANGE_NOTHING)]);
    }
  });
});
