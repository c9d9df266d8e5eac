import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import proxyaddr from 'proxy-addr';

/**
 * Makes the function that tells requests without credentials apart: by the client's address, as the
 * trusted proxies report it in `X-Forwarded-For`. An IPv6 network of 64 bits counts as one client,
 * which can use any address in it.
 *
 * @param proxies addresses, networks (`10.0.0.0/8`), or `loopback`, `linklocal`, `uniquelocal`.
 * @throws {TypeError} for what is none of these.
 */
export function createAddressOf(proxies: readonly string[]): (request: IncomingMessage) => string {
  const trust = proxyaddr.compile([...proxies]);
  return request => networkOf(proxyaddr(request, trust)) ?? networkOf(request.socket.remoteAddress ?? '') ?? 'unknown';
}

/** An IPv4 address, or the network of an IPv6 address; null for what isn't an address. */
function networkOf(text: string): string | null {
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  return address instanceof ipaddr.IPv6
    ? `${address.parts
        .slice(0, 4)
        .map(part => part.toString(16))
        .join(':')}::/64`
    : address.toString();
}
