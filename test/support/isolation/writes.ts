import { uuidv7 as uuid } from 'uuidv7';
import { ISSUER } from './isolation.ts';
import type { Trial } from './reads.ts';

/**
 * The result of a write through the scoped client: `refused` before any statement, `nothing` if no
 * row is found, `own` if own rows are written, `keyless` if a composite foreign key of the database
 * finds no row of this tenant.
 */
export type Verdict = 'refused' | 'nothing' | 'own' | 'keyless';

const roles = ['viewer'];
const person = () => ({ issuer: ISSUER, subject: 'new-subject', name: 'New' });

/** Writes that name rows of the other tenant, or have no condition. */
// biome-ignore format: a table is read by its columns
export const WRITES: readonly (readonly [string, Verdict, Trial])[] = [
  ['create a tenant under its id',         'refused', (db, t) => db.tenant.create({ data: { id: t.tenantId, name: 'x', slug: 'new-slug' } })],
  ['create many tenants under its id',     'refused', (db, t) => db.tenant.createMany({ data: [{ id: t.tenantId, name: 'x', slug: 'new-slug' }], skipDuplicates: true })],
  ['create many tenants and read them',    'refused', (db, t) => db.tenant.createManyAndReturn({ data: { id: t.tenantId, name: 'x', slug: 'new-slug' } })],
  ['create a tenant with its member',      'refused', (db, t) => db.tenant.create({ data: { name: 'x', slug: 'new-slug', plan: { connect: { code: 'FREE' } }, memberships: { create: { roles, user: { connect: { id: t.userId } } } } } })],
  ['rename the tenant',                    'nothing', (db, t) => db.tenant.update({ where: { id: t.tenantId }, data: { name: 'x' } })],
  ['rename the tenant, by OR',             'nothing', (db, t) => db.tenant.update({ where: { id: t.tenantId, OR: [{}, { slug: t.slug }] }, data: { name: 'x' } })],
  ['rename tenants by name',               'nothing', (db, t) => db.tenant.updateMany({ where: { name: t.name }, data: { name: 'x' } })],
  ['rename all tenants',                       'own', (db) => db.tenant.updateMany({ data: { name: 'x' } })],
  ['rename all other tenants',             'nothing', (db, _, own) => db.tenant.updateMany({ where: { NOT: { id: own.tenantId } }, data: { name: 'x' } })],
  ['rename tenants of the same plan',          'own', (db) => db.tenant.updateManyAndReturn({ where: { plan: { tenants: { some: {} } } }, data: { name: 'x' }, select: { name: true } })],
  ['rename tenants and read them',         'nothing', (db, t) => db.tenant.updateManyAndReturn({ where: { OR: [{ id: t.tenantId }] }, data: { name: 'x' } })],
  ['take its id',                          'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { id: t.tenantId } })],
  ['take its id by set',                   'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { id: { set: t.tenantId } } })],
  ['upsert the tenant',                    'refused', (db, t) => db.tenant.upsert({ where: { id: t.tenantId }, create: { id: t.tenantId, name: 'x', slug: 'new-slug' }, update: { name: 'x' } })],
  ['delete the tenant',                    'nothing', (db, t) => db.tenant.delete({ where: { id: t.tenantId } })],
  ['delete tenants by id',                 'nothing', (db, t) => db.tenant.deleteMany({ where: { id: t.tenantId } })],
  ['delete other tenants',                 'nothing', (db, _, own) => db.tenant.deleteMany({ where: { NOT: { id: own.tenantId } } })],
  ['nested: create a member there',        'refused', (db, t, own) => db.tenant.update({ where: { id: t.tenantId }, data: { memberships: { create: { userId: own.userId, roles } } } })],
  ['nested: connect its membership',       'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { memberships: { connect: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } } } } })],
  ['nested: connect or create',            'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { memberships: { connectOrCreate: { where: { tenantId_userId: { tenantId: t.tenantId, userId: t.userId } }, create: { userId: own.userId, roles } } } } })],
  ['nested: update its membership',        'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { memberships: { update: { where: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } }, data: { roles: ['admin'] } } } } })],
  ['nested: update its memberships',       'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { memberships: { updateMany: { where: { tenantId: t.tenantId }, data: { roles: ['admin'] } } } } })],
  ['nested: upsert its membership',        'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { memberships: { upsert: { where: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } }, create: { userId: own.userId, roles }, update: { roles } } } } })],
  ['nested: delete its membership',        'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { memberships: { delete: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } } } } })],
  ['nested: delete its memberships',       'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { memberships: { deleteMany: { tenantId: t.tenantId } } } })],
  ['nested: set its membership',           'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { memberships: { set: [{ tenantId_id: { tenantId: t.tenantId, id: t.membershipId } }] } } })],
  ['nested: its tenant by the plan',       'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { plan: { update: { tenants: { updateMany: { where: { id: t.tenantId }, data: { name: 'x' } } } } } } })],

  ['create a membership there',            'refused', (db, t, own) => db.membership.create({ data: { tenantId: t.tenantId, userId: own.userId, roles } })],
  ['create memberships there',             'refused', (db, t, own) => db.membership.createMany({ data: [{ tenantId: t.tenantId, userId: own.userId, roles }] })],
  ['create memberships here and there',    'refused', (db, t, own) => db.membership.createMany({ data: [{ userId: own.userId, roles }, { tenantId: t.tenantId, userId: own.userId, roles }] })],
  ['connect a new membership to it',       'refused', (db, t, own) => db.membership.create({ data: { roles, tenant: { connect: { id: t.tenantId } }, user: { connect: { id: own.userId } } } })],
  ['connect or create its tenant',         'refused', (db, t, own) => db.membership.create({ data: { roles, tenant: { connectOrCreate: { where: { id: t.tenantId }, create: { name: 'x', slug: 'new-slug' } } }, user: { connect: { id: own.userId } } } })],
  ['create its tenant nested',             'refused', (db, t, own) => db.membership.create({ data: { roles, tenant: { create: { id: t.tenantId, name: 'x', slug: 'new-slug' } }, user: { connect: { id: own.userId } } } })],
  ['change its membership',                'nothing', (db, t) => db.membership.update({ where: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } }, data: { roles: ['admin'] } })],
  ['change its membership by own tenant',  'nothing', (db, t, own) => db.membership.update({ where: { tenantId_id: { tenantId: own.tenantId, id: t.membershipId } }, data: { roles: ['admin'] } })],
  ['change memberships there',             'nothing', (db, t) => db.membership.updateMany({ where: { tenantId: t.tenantId }, data: { roles: ['admin'] } })],
  ['change viewers everywhere',                'own', (db) => db.membership.updateMany({ where: { roles: { has: 'viewer' } }, data: { roles: ['operator'] } })],
  ['change viewers by OR',                     'own', (db, t) => db.membership.updateManyAndReturn({ where: { OR: [{ tenantId: t.tenantId }, { roles: { has: 'viewer' } }] }, data: { roles: ['operator'] }, select: { roles: true } })],
  ['change memberships of a person',       'nothing', (db, t) => db.membership.updateMany({ where: { user: { memberships: { some: { tenantId: t.tenantId } } } }, data: { createdAt: new Date(0) } })],
  ['move a membership there',              'refused', (db, t, own) => db.membership.update({ where: { tenantId_id: { tenantId: own.tenantId, id: own.membershipId } }, data: { tenantId: t.tenantId } })],
  ['move a membership there by set',       'refused', (db, t, own) => db.membership.update({ where: { tenantId_id: { tenantId: own.tenantId, id: own.membershipId } }, data: { tenantId: { set: t.tenantId } } })],
  ['move a membership there by connect',   'refused', (db, t, own) => db.membership.update({ where: { tenantId_id: { tenantId: own.tenantId, id: own.membershipId } }, data: { tenant: { connect: { id: t.tenantId } } } })],
  ['move memberships there',               'refused', (db, t) => db.membership.updateMany({ data: { tenantId: t.tenantId } })],
  ['rename its tenant nested',             'refused', (db, t, own) => db.membership.update({ where: { tenantId_id: { tenantId: own.tenantId, id: own.membershipId } }, data: { user: { update: { memberships: { updateMany: { where: { tenantId: t.tenantId }, data: { roles } } } } } } })],
  ['rename the tenant of its membership',  'refused', (db, t) => db.membership.update({ where: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } }, data: { tenant: { update: { name: 'x' } } } })],
  ['rename the person of its membership',  'refused', (db, t) => db.membership.update({ where: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } }, data: { user: { update: { name: 'x' } } } })],
  ['upsert its membership',                'refused', (db, t, own) => db.membership.upsert({ where: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } }, create: { tenantId: t.tenantId, id: t.membershipId, userId: own.userId, roles }, update: { roles } })],
  ['upsert its membership into one\'s own',     'own', (db, t, own) => db.membership.upsert({ where: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } }, create: { id: uuid(), userId: own.ownerId, roles }, update: { roles } })],
  ['delete its membership',                'nothing', (db, t) => db.membership.delete({ where: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } } })],
  ['delete memberships there',             'nothing', (db, t) => db.membership.deleteMany({ where: { tenantId: t.tenantId } })],
  ['delete all but the owner',                 'own', (db) => db.membership.deleteMany({ where: { NOT: { roles: { has: 'owner' } } } })],

  ['create a person as its member',        'refused', (db, t) => db.user.create({ data: { ...person(), memberships: { create: { tenantId: t.tenantId, roles } } } })],
  ['create a person under an id',          'refused', (db, t) => db.user.create({ data: { ...person(), id: t.userId } })],
  ['create people, skipping the known',    'refused', (db, t) => db.user.createMany({ data: [{ issuer: ISSUER, subject: t.subject, name: 'x' }], skipDuplicates: true })],
  ['rename its person',                    'refused', (db, t) => db.user.update({ where: { id: t.userId }, data: { name: 'x' } })],
  ['rename all people',                    'refused', (db) => db.user.updateMany({ data: { name: 'x' } })],
  ['change a person\'s memberships there', 'refused', (db, t, own) => db.user.update({ where: { id: own.userId }, data: { memberships: { updateMany: { where: { tenantId: t.tenantId }, data: { roles } } } } })],
  ['upsert its person',                    'refused', (db, t) => db.user.upsert({ where: { id: t.userId }, create: person(), update: { name: 'x' } })],
  ['delete its person',                    'refused', (db, t) => db.user.delete({ where: { id: t.userId } })],
  ['delete all people',                    'refused', (db) => db.user.deleteMany()],

  ['change a plan\'s tenants',             'refused', (db, t) => db.plan.update({ where: { code: 'STARTER' }, data: { tenants: { updateMany: { where: { id: t.tenantId }, data: { name: 'x' } } } } })],
  ['connect its tenant to a plan',         'refused', (db, t) => db.plan.update({ where: { code: 'FREE' }, data: { tenants: { connect: { id: t.tenantId } } } })],
  ['create a tenant by its plan',          'refused', (db, t) => db.plan.update({ where: { code: 'FREE' }, data: { tenants: { create: { id: t.tenantId, name: 'x', slug: 'new-slug' } } } })],
  ['disconnect a plan\'s tenants',         'refused', (db, t) => db.plan.update({ where: { code: 'STARTER' }, data: { tenants: { deleteMany: { id: t.tenantId } } } })],
];
