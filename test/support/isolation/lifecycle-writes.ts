import { uuidv7 as uuid } from 'uuidv7';
import type { Target } from './isolation.ts';
import type { Trial } from './reads.ts';
import type { Verdict } from './writes.ts';

const soon = new Date('2030-01-01T00:00:00Z');
const bytes = Buffer.from('x'.repeat(32));
const invitation = () => ({ id: uuid(), email: 'new@people.example', roles: ['viewer'], inviter: 'x', expiresAt: soon });
const event = () => ({
  ...{ id: uuid(), seq: 3, at: soon, actorKind: 'system', actorId: 'x', actorName: 'x', action: 'x', outcome: 'done', rule: 'x' },
  ...{ requestId: 'x', previousHash: bytes, hash: bytes },
});
const key = { keyHash: bytes, fingerprint: bytes, answer: bytes, expiresAt: soon };
const stone = { createdAt: soon, deletionRequestedAt: soon, deletedAt: soon };
const keyOf = ({ tenantId, keyHash }: Target) => ({ tenantId_keyHash: { tenantId, keyHash: Buffer.from(keyHash, 'hex') } });
const invitationOf = ({ tenantId, invitationId: id }: Target) => ({ tenantId_id: { tenantId, id } });
const eventOf = ({ tenantId, eventId: id }: Target) => ({ tenantId_id: { tenantId, id } });

/** Writes of further tables that name rows of the other tenant, or have no condition. */
// biome-ignore format: a table is read by its columns
export const LIFE_WRITES: readonly (readonly [string, Verdict, Trial])[] = [
  ['invite into it',                       'refused', (db, t) => db.invitation.create({ data: { ...invitation(), tenantId: t.tenantId } })],
  ['invite here and there',                'refused', (db, t) => db.invitation.createMany({ data: [invitation(), { ...invitation(), tenantId: t.tenantId }] })],
  ['invite by connecting it',              'refused', (db, t) => db.invitation.create({ data: { ...invitation(), tenant: { connect: { id: t.tenantId } } } })],
  ['invite from inside one\'s tenant',     'refused', (db, t, own) => db.tenant.update({ where: { id: own.tenantId }, data: { invitations: { connect: invitationOf(t) } } })],
  ['change its invitation',                'nothing', (db, t) => db.invitation.update({ where: invitationOf(t), data: { sentAt: null } })],
  ['change its invitation by own tenant',  'nothing', (db, t, own) => db.invitation.update({ where: invitationOf({ ...t, tenantId: own.tenantId }), data: { sentAt: null } })],
  ['change invitations of an address',     'nothing', (db, t) => db.invitation.updateMany({ where: { email: t.inviteeEmail }, data: { secretHash: bytes } })],
  ['change all invitations',                   'own', (db) => db.invitation.updateMany({ data: { secretHash: bytes } })],
  ['move an invitation there',             'refused', (db, t, own) => db.invitation.update({ where: invitationOf(own), data: { tenantId: t.tenantId } })],
  ['move all invitations there',           'refused', (db, t) => db.invitation.updateMany({ data: { tenantId: t.tenantId } })],
  ['upsert its invitation',                'refused', (db, t) => db.invitation.upsert({ where: invitationOf(t), create: { ...invitation(), tenantId: t.tenantId }, update: {} })],
  ['revoke its invitation',                'nothing', (db, t) => db.invitation.delete({ where: invitationOf(t) })],
  ['revoke it by id',                      'nothing', (db, t) => db.invitation.deleteMany({ where: { id: t.invitationId } })],
  ['revoke by OR',                         'nothing', (db, t) => db.invitation.deleteMany({ where: { OR: [{ email: t.inviteeEmail }, { tenantId: t.tenantId }] } })],
  ['revoke all invitations',                   'own', (db) => db.invitation.deleteMany()],

  ['begin a transfer there',               'refused', (db, t) => db.ownershipTransfer.create({ data: { tenantId: t.tenantId, fromMembershipId: uuid(), toMembershipId: t.membershipId, codeHash: bytes, triesLeft: 1, expiresAt: soon } })],
  ['transfer one\'s tenant to its member', 'keyless', (db, t) => db.ownershipTransfer.updateMany({ data: { toMembershipId: t.membershipId } })],
  ['connect its member as the recipient', 'refused', (db, t, own) => db.ownershipTransfer.update({ where: { tenantId: own.tenantId }, data: { to: { connect: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } } } } })],
  ['spend its tries',                      'nothing', (db, t) => db.ownershipTransfer.update({ where: { tenantId: t.tenantId }, data: { triesLeft: 1 } })],
  ['spend all tries',                          'own', (db) => db.ownershipTransfer.updateMany({ data: { triesLeft: 1 } })],
  ['void its transfer',                    'nothing', (db, t) => db.ownershipTransfer.deleteMany({ where: { to: { userId: t.userId } } })],
  ['void all transfers',                       'own', (db) => db.ownershipTransfer.deleteMany()],

  ['make a contract there',                'refused', (db, t) => db.contract.create({ data: { tenantId: t.tenantId } })],
  ['change its contract',                  'nothing', (db, t) => db.contract.update({ where: { tenantId: t.tenantId }, data: { memberLimit: 1 } })],
  ['end its contract',                     'nothing', (db, t) => db.contract.delete({ where: { tenantId: t.tenantId } })],
  ['end all contracts',                        'own', (db) => db.contract.deleteMany()],
  ['give one\'s contract away',            'refused', (db, t) => db.contract.updateMany({ data: { tenantId: t.tenantId } })],

  ['keep an answer there',                 'refused', (db, t) => db.idempotencyKey.create({ data: { ...key, tenantId: t.tenantId } })],
  ['change its answer',                    'nothing', (db, t) => db.idempotencyKey.update({ where: keyOf(t), data: { answer: bytes } })],
  ['forget its key',                       'nothing', (db, t) => db.idempotencyKey.deleteMany({ where: { keyHash: Buffer.from(t.keyHash, 'hex') } })],
  ['forget all keys',                          'own', (db) => db.idempotencyKey.deleteMany()],

  ['tell its log',                         'refused', (db, t) => db.auditEvent.create({ data: { ...event(), tenantId: t.tenantId } })],
  ['tell both logs',                       'refused', (db, t) => db.auditEvent.createMany({ data: [event(), { ...event(), tenantId: t.tenantId }] })],
  ['rewrite its event',                    'nothing', (db, t) => db.auditEvent.update({ where: eventOf(t), data: { actorName: 'x' } })],
  ['rewrite events of its actor',          'nothing', (db, t) => db.auditEvent.updateMany({ where: { actorId: t.actorId }, data: { actorName: 'x' } })],
  ['remove its event',                     'nothing', (db, t) => db.auditEvent.delete({ where: eventOf(t) })],
  ['remove all events',                        'own', (db) => db.auditEvent.deleteMany()],
  ['move events there',                    'refused', (db, t) => db.auditEvent.updateMany({ data: { tenantId: t.tenantId } })],

  ['bury it',                              'refused', (db, t) => db.tombstone.create({ data: { ...stone, tenantId: t.tenantId } })],
  ['change its tombstone',                 'nothing', (db, t) => db.tombstone.update({ where: { tenantId: t.tenantId }, data: { purgedAt: null } })],
  ['remove its tombstone',                 'nothing', (db, t) => db.tombstone.deleteMany({ where: { tenantId: t.tenantId } })],
  ['write its receipt',                    'refused', (db, t) => db.purgeReceipt.create({ data: { tenantId: t.tenantId, table: 'x', rows: 1 } })],
  ['change its receipt',                   'nothing', (db, t) => db.purgeReceipt.updateMany({ where: { tenantId: t.tenantId }, data: { rows: 0 } })],
  ['remove its receipt',                   'nothing', (db, t) => db.purgeReceipt.delete({ where: { tenantId_table: { tenantId: t.tenantId, table: 'tenant' } } })],
  ['suspend it',                           'nothing', (db, t) => db.tenant.updateMany({ where: { id: t.tenantId }, data: { status: 'suspended' } })],
  ['ask for its deletion',                 'nothing', (db, t) => db.tenant.update({ where: { id: t.tenantId }, data: { status: 'pending_deletion', deletionDueAt: soon } })],
  ['suspend all tenants',                      'own', (db) => db.tenant.updateMany({ data: { status: 'suspended' } })],
];
