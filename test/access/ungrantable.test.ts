import { describe, expect, test } from 'vitest';
import { ungrantable } from '../../src/access/grant.ts';
import { expected, PERMISSION_NAMES, ROLES, type Role } from './expectation.ts';

describe('R4: which roles a member may not grant', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[own: readonly Role[], wanted: readonly Role[], ungrantable: readonly Role[]]>([
    [['owner'],                            ROLES,                                     ['owner']],
    [['owner', 'admin'],                   ['owner', 'admin'],                        ['owner']],
    [['admin'],                            ROLES,                                     ['owner']],
    [['admin', 'viewer'],                  ['admin', 'operator'],                     []],
    [['seller_manager'],                   ROLES,                                     ['owner', 'admin', 'buyer_manager', 'operator', 'viewer']],
    [['buyer_manager'],                    ['seller_manager', 'viewer', 'operator'],  ['seller_manager', 'viewer', 'operator']],
    [['buyer_manager'],                    ['buyer_manager', 'operator'],             ['operator']],
    [['seller_manager', 'buyer_manager'],  ROLES,                                     ['owner', 'admin', 'operator']],
    [['operator'],                         ROLES,                                     ['owner', 'admin', 'seller_manager', 'buyer_manager', 'viewer']],
    [['operator'],                         ['operator'],                              []],
    [['viewer'],                           ['admin', 'viewer', 'operator'],           ['admin', 'operator']],
    [['operator', 'viewer'],               ['seller_manager', 'admin'],               ['seller_manager', 'admin']],
    [[],                                   ['viewer', 'operator'],                    ['viewer', 'operator']],
    [['owner'],                            [],                                        []],
  ])('%j of %j: not %j', (own, wanted, refused) => {
    expect(ungrantable(wanted, own)).toEqual(refused);
  });

  test('no pair of roles lets a member grant a permission that they lack', () => {
    for (const own of ROLES)
      for (const wanted of ROLES) {
        const lacks = PERMISSION_NAMES.some(name => expected(name).roles.includes(wanted) && !expected(name).roles.includes(own));
        expect([own, wanted, ungrantable([wanted], [own]).length > 0]).toEqual([own, wanted, lacks || wanted === 'owner']);
      }
  });
});
