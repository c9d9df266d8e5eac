import ipaddr from 'ipaddr.js';

type Network = ReturnType<typeof ipaddr.parseCIDR>;
const networks = (...list: readonly string[]): readonly Network[] => list.map(text => ipaddr.parseCIDR(text));

/**
 * Networks that ipaddr.js counts as unicast, although nothing on the Internet is to be reached
 * there.
 */
const NOT_GLOBAL = {
  ipv4: networks('198.18.0.0/15', '192.0.0.0/24', '192.88.99.0/24'),
  ipv6: networks('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'),
};

/**
 * The IPv6 addresses that are given out: not those of NAT64, nor any that contain an IPv4 address.
 */
const [IPV6_GLOBAL] = networks('2000::/3') as [Network];

const isIn = (address: ipaddr.IPv4 | ipaddr.IPv6, network: Network) => (address as ipaddr.IPv6).match(network as [ipaddr.IPv6, number]);

/**
 * Whether a request may go to an address: a global unicast one (SPEC E2).
 *
 * @param allowLoopback also allows this machine, for tests and the demo.
 */
export function isAllowedAddress(text: string, allowLoopback: boolean): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (allowLoopback && address.range() === 'loopback') return true;
  if (address.range() !== 'unicast') return false;
  if (address.kind() === 'ipv6' && !isIn(address, IPV6_GLOBAL)) return false;
  return !NOT_GLOBAL[address.kind()].some(network => isIn(address, network));
}
