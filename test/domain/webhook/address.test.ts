import { describe, expect, test } from 'vitest';
import { isAllowedAddress } from '../../../src/domain/webhook/address.ts';

// biome-ignore format: a table is read by its columns
const REFUSED = [
  ['unspecified',               '0.0.0.0', '::'],
  ['this network',              '0.1.2.3'],
  ['loopback',                  '127.0.0.1', '127.255.255.254', '::1'],
  ['private',                   '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ['carrier-grade NAT',         '100.64.0.1', '100.127.255.255'],
  ['link-local, and metadata',  '169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  ['unique local',              'fc00::1', 'fd00:ec2::254', 'fdff::1'],
  ['site-local',                'fec0::1'],
  ['multicast',                 '224.0.0.1', '239.255.255.255', 'ff02::1'],
  ['broadcast and reserved',    '255.255.255.255', '240.0.0.1'],
  ['protocol assignments',      '192.0.0.1', '192.0.0.170', '2001::1', '2001:10::1', '2001:20::1'],
  ['documentation',             '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  ['benchmarks',                '198.18.0.1', '198.19.255.255', '2001:2::1'],
  ['6to4 and its relays',       '2002:7f00:1::', '2002:c0a8:101::1', '192.88.99.1'],
  ['Teredo',                    '2001:0:5ef5:79fd::1'],
  ['IPv4-mapped',               '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8'],
  ['IPv4-compatible',           '::127.0.0.1', '::7f00:1'],
  ['IPv4-translated',           '::ffff:0:127.0.0.1'],
  ['NAT64',                     '64:ff9b::127.0.0.1', '64:ff9b::a00:1', '64:ff9b::808:808', '64:ff9b:1::a00:1'],
  ['discard and segments',      '100::1', '5f00::1'],
  ['no address',                '', 'localhost', 'hooks.example', '1.2.3.4.5', '::g'],
] as const;

const ALLOWED = [
  '8.8.8.8',
  '1.1.1.1',
  '100.63.255.255',
  '100.128.0.1',
  '172.32.0.1',
  '192.0.3.1',
  '198.20.0.1',
  '2606:4700::1111',
  '2a00::1',
  '2001:4860::8888',
];

describe('the addresses that a request may go to', () => {
  test.each(REFUSED.map(([what, ...addresses]) => [what, addresses] as const))('E2: not %s', (_what, addresses) => {
    expect(addresses.filter(address => isAllowedAddress(address, false))).toEqual([]);
  });

  test('E2: global unicast ones', () => {
    expect(ALLOWED.filter(address => !isAllowedAddress(address, false))).toEqual([]);
  });

  test('E2: the test setting allows loopback, and nothing else', () => {
    const all = [...REFUSED.flatMap(([, ...addresses]) => addresses)];
    expect(all.filter(address => isAllowedAddress(address, true))).toEqual(['127.0.0.1', '127.255.255.254', '::1']);
  });
});
