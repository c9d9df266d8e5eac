import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ReadCounts } from '../../../src/database/sql/counts.ts';
import type { Engine } from '../../../src/database/sql/engine.ts';
import { PrismaClient } from '../../../src/generated/prisma/client.ts';
import { writeAwkwardRows } from '../../support/awkward-rows.ts';
import { useDatabase } from '../../support/database.ts';
import { createWorld } from '../../support/isolation/isolation.ts';
import { HOSTILE } from '../../support/random-reads.ts';
import { readerOn } from '../../support/reader-on.ts';

/**
 * What one statement answers, and what is left to Prisma, for which reason; the answer is Prisma's
 * either way.
 */
const database = useDatabase();
let pool: pg.Pool;
let prisma: PrismaClient;
let counts: ReadCounts;
let read: Engine;
beforeAll(async () => {
  await createWorld(database);
  await writeAwkwardRows(database);
  pool = new pg.Pool({ connectionString: database.adminUrl, max: 2 });
  prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
});
beforeEach(() => {
  counts = new ReadCounts();
  read = readerOn(prisma, { query: statement => pool.query(statement) }, counts);
});
afterAll(async () => {
  await prisma?.$disconnect();
  await pool?.end();
});

type Delegate = Record<string, (args: object) => Promise<unknown>>;
const told = (answer: Promise<unknown>) =>
  answer.then(
    value => [JSON.stringify(value), value],
    (error: Error & { code?: string; meta?: unknown }) => [error.constructor.name, error.code, error.message, error.meta],
  );

/** Asks both ways, and says how the first was answered. */
async function outcomeOf(model: string, operation: string, args: object) {
  const prismas = () => (prisma as unknown as Record<string, Delegate>)[model[0]!.toLowerCase() + model.slice(1)]![operation]!(args);
  expect(await told(read(model, operation, args, prismas))).toEqual(await told(prismas()));
  const [count] = counts.all();
  return count!.outcome;
}

const order = { orderBy: { id: 'asc' } } as const;

describe('one statement runs', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string, object]>([
    ['all columns of all rows',             'Tenant',     'findMany',         order],
    ['columns in the order asked for',      'User',       'findMany',         { select: { name: true, id: true, email: true }, ...order }],
    ['relations, as deep as they are asked for', 'Plan',  'findMany',         { orderBy: { rank: 'asc' }, include: { tenants: { ...order, include: { memberships: { ...order, select: { user: { select: { memberships: { ...order, select: { tenant: true } } } } } } } } } }],
    ['a relation to one that isn\'t there', 'Tenant',     'findMany',         { ...order, select: { nextPlan: true, contract: true, ownershipTransfer: { include: { from: true } } } }],
    ['a page of rows, and of each one\'s',  'Tenant',     'findMany',         { ...order, take: 1, skip: 1, select: { memberships: { ...order, take: 2, skip: 1 } } }],
    ['a page in no order, by the key',      'Plan',       'findMany',         { take: 3 }],
    ['one row that is a page of no order',  'Plan',       'findFirst',        { take: 1 }],
    ['a page without rows',                 'Tenant',     'findMany',         { take: 0, select: { name: true } }],
    ['nulls first and last, by several',    'Tenant',     'findMany',         { orderBy: [{ nextPlanCode: { sort: 'asc', nulls: 'first' } }, { billingEmail: { sort: 'desc', nulls: 'last' } }, { id: 'desc' }] }],
    ['counts, of all and of some',          'Tenant',     'findMany',         { ...order, select: { _count: { select: { auditEvents: true, memberships: { where: { roles: { has: 'viewer' } } } } } } }],
    ['a first row',                         'Plan',       'findFirst',        { orderBy: { rank: 'desc' } }],
    ['a first row that isn\'t there',       'Plan',       'findFirst',        { where: { code: 'none' } }],
    ['a first row that must be there',      'Plan',       'findFirstOrThrow', { where: { code: 'FREE' } }],
    ['how many there are',                  'Membership', 'count',            { where: { roles: { has: 'viewer' } } }],
    ['bytes, JSON, moments and lists',      'AuditEvent', 'findMany',         order],
    ['AND, OR and NOT, in arrays and alone', 'Plan',      'count',            { where: { AND: { rank: { gt: 1 } }, OR: [{ code: 'FREE' }, { NOT: [{ rank: 2 }, { rank: 3 }] }], NOT: { rank: { in: [9] }, name: 'x' } } }],
    ['what is null, and what isn\'t',       'Tenant',     'count',            { where: { nextPlanCode: null, OR: [{ billingEmail: { not: null } }, { statusReason: { equals: null } }] } }],
    ['every comparison',                    'Plan',       'count',            { where: { rank: { gt: 0, gte: 1, lt: 9, lte: 4, not: 2, in: [1, 2, 3], notIn: [3] } } }],
    ['texts by their parts, in any case',   'User',       'count',            { where: { name: { contains: 'o', startsWith: 'A', endsWith: 'R', mode: 'insensitive' }, email: { contains: '.' } } }],
    ['texts that equal in any case',        'Plan',       'count',            { where: { name: { equals: 'fREE', mode: 'insensitive' } } }],
    ['lists by what they have',             'Plan',       'count',            { where: { OR: [{ features: { hasSome: ['a,b'] } }, { features: { hasEvery: [] } }, { features: { isEmpty: true } }, { features: { equals: [] } }] } }],
    ['rows by some, none and every one of theirs', 'Tenant', 'count',         { where: { memberships: { some: { roles: { has: 'owner' } }, none: { id: 'ffffffff-0000-0000-0000-000000000000' }, every: { user: { name: { not: 'x' } } } } } }],
    ['rows by their one, and by its absence', 'Tenant',   'count',            { where: { plan: { name: 'Starter' }, nextPlan: { isNot: { name: 'x' } }, contract: { is: { memberLimit: null } }, ownershipTransfer: { isNot: null } } }],
    ['rows whose one isn\'t that, or isn\'t there', 'Tenant', 'count',        { where: { nextPlan: { isNot: { name: 'Free' } } } }],
    ['rows whose one is that, and is there', 'Tenant',    'count',            { where: { nextPlan: { is: {} } } }],
    ['rows without one, and those with',    'Tenant',     'findMany',         { ...order, where: { OR: [{ nextPlan: null, NOT: { contract: { memberLimit: { gt: 1 } } } }, { NOT: { nextPlan: { name: 'Free' } } }] } }],
    ['rows with none, with all that isn\'t', 'Plan',      'findMany',         { orderBy: { rank: 'asc' }, where: { OR: [{ tenantsToBe: { none: {} } }, { tenants: { every: { billingEmail: null } } }] } }],
  ])('%s', async (_what, model, operation, args) => {
    expect(await outcomeOf(model, operation, args)).toBe('statement');
  });
});

describe('Prisma runs, or refuses', () => {
  const id = '01a20ac5-7e0e-7725-bb9f-925801a8cdb1';
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string, object]>([
    ['operation', 'Plan',       'aggregate',        { _count: true }],
    ['operation', 'Plan',       'groupBy',          { by: ['support'], _count: true, orderBy: { support: 'asc' } }],
    ['argument',  'Plan',       'findMany',         { cursor: { code: 'FREE' }, orderBy: { code: 'asc' } }],
    ['argument',  'Plan',       'findMany',         { distinct: ['support'], orderBy: { support: 'asc' }, select: { support: true } }],
    ['argument',  'Plan',       'findMany',         { omit: { name: true }, orderBy: { code: 'asc' } }],
    ['argument',  'Plan',       'findMany',         { take: null }],
    ['argument',  'Plan',       'count',            { take: 2 }],
    ['argument',  'Tenant',     'findMany',         { select: { plan: { where: { code: 'FREE' } } } }],
    ['selection', 'Plan',       'findMany',         { select: {} }],
    ['selection', 'Plan',       'findMany',         { select: { nope: true } }],
    ['selection', 'Plan',       'findMany',         { select: { name: true }, include: { tenants: true } }],
    ['selection', 'Plan',       'findMany',         { select: { constructor: true } }],
    ['selection', 'Plan',       'findMany',         { include: { name: true } }],
    ['selection', 'Plan',       'findMany',         { select: { _count: { select: { name: true } } } }],
    ['filter',    'Plan',       'count',            { where: { nope: 1 } }],
    ['filter',    'Plan',       'count',            { where: { toString: 'x' } }],
    ['filter',    'Plan',       'count',            { where: { OR: [] } }],
    ['filter',    'Plan',       'count',            { where: { AND: [{ code: 'FREE' }, { OR: [{}] }] } }],
    ['filter',    'Plan',       'count',            { where: { OR: { code: 'FREE' } } }],
    ['filter',    'Plan',       'count',            { where: { rank: { not: { not: 1 } } } }],
    ['filter',    'Plan',       'count',            { where: { name: { in: ['free'], mode: 'insensitive' } } }],
    ['filter',    'Plan',       'count',            { where: { rank: { contains: '1' } } }],
    ['filter',    'Plan',       'count',            { where: { features: { has: 'x', isEmpty: false } } }],
    ['filter',    'Plan',       'count',            { where: { tenants: { name: 'x' } } }],
    ['filter',    'AuditEvent', 'count',            { where: { stateAfter: { string_contains: 'x' } } }],
    ['order',     'Plan',       'findMany',         { orderBy: { code: 'asc', rank: 'asc' } }],
    ['order',     'Plan',       'findMany',         { orderBy: { rank: { sort: 'asc', nulls: 'last' } } }],
    ['order',     'Membership', 'findMany',         { orderBy: [{ user: { name: 'asc' } }, { id: 'asc' }] }],
    ['order',     'Plan',       'findMany',         { orderBy: [{ tenants: { _count: 'asc' } }, { code: 'asc' }] }],
    ['order',     'Plan',       'findMany',         { orderBy: { code: 'sideways' } }],
    ['page',      'Plan',       'findMany',         { take: -2, orderBy: { rank: 'asc' } }],
    ['page',      'Plan',       'findMany',         { skip: -1 }],
    ['page',      'Plan',       'findFirst',        { take: 2 }],
    ['value',     'Plan',       'count',            { where: { name: null } }],
    ['value',     'Plan',       'count',            { where: { rank: '1' } }],
    ['value',     'Plan',       'count',            { where: { name: 1 } }],
    ['value',     'Tenant',     'count',            { where: { plan: null } }],
    ['value',     'Tenant',     'count',            { where: { createdAt: { gt: '2020-01-01T00:00:00Z' } } }],
    ['value',     'Plan',       'count',            { where: { name: { in: [null] } } }],
    ['value',     'Plan',       'count',            { where: { name: '\ud800' } }],
    ['value',     'Plan',       'count',            { where: { name: { in: ['a', '\ud83d'] } } }],
    ['absent',    'Plan',       'findFirstOrThrow', { where: { code: 'none' } }],
    ['refused',   'User',       'findMany',         { where: { id: 'no id' } }],
    ['refused',   'User',       'findMany',         { where: { name: 'a\0b' } }],
    ['unexpected', 'User',      'findMany',         { where: { id: { equals: id, mode: 'insensitive' } } }],
  ])('for the sake of the %s: %s.%s %j', async (reason, model, operation, args) => {
    expect(await outcomeOf(model, operation, args)).toBe(reason);
  });
});

describe('a hostile value', () => {
  const places: Readonly<Record<string, readonly [string, (value: unknown) => object]>> = {
    String: ['User', value => ({ OR: [{ name: value }, { name: { contains: value } }, { name: { in: [value] } }] })],
    Int: ['Plan', value => ({ rank: { not: value } })],
    Boolean: ['Tenant', value => ({ sells: value })],
    DateTime: ['Tenant', value => ({ createdAt: { gte: value } })],
    Bytes: ['IdempotencyKey', value => ({ keyHash: { notIn: [value] } })],
  };
  const cases = Object.keys(places).flatMap(type => HOSTILE[type]!.map(value => [type, value] as const));

  test.each(cases)('for a %s is a parameter, or refused as by Prisma: %s', async (type, value) => {
    const [model, where] = places[type]!;
    const before = await database.sql('SELECT count(*)::int AS n FROM membership');
    await outcomeOf(model, 'count', { where: where(value) });
    expect(await database.sql('SELECT count(*)::int AS n FROM membership')).toEqual(before);
  });

  test('is never part of a statement’s text', async () => {
    const { readStatement } = await import('../../../src/database/sql/read-statement.ts');
    const { tablesOf } = await import('../../../src/database/sql/tables.ts');
    const user = tablesOf(prisma).get('User')!;
    const where = (value: string) => ({
      where: { name: { contains: value }, OR: [{ name: value }, { email: { in: [value] } }] },
      take: 3,
      skip: 2,
    });
    const texts = HOSTILE.String!.filter((value): value is string => typeof value === 'string' && value.isWellFormed()).map(
      value => readStatement(user, 'findMany', where(value)).text,
    );
    expect(new Set(texts).size).toBe(1);
  });
});
