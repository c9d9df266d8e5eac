import dns from 'node:dns';
import net, { type LookupFunction, type Socket } from 'node:net';
import tls from 'node:tls';
import { isAllowedAddress } from '../domain/webhook/address.ts';
import { SendError, type TryFailure } from '../domain/webhook/sender.ts';

/** How long DNS, TCP and TLS may take together, ms. */
export const CONNECT_MS = 5_000;

export type ConnectOptions = {
  /** Whether this machine is allowed, for tests and the demo. */
  readonly allowLoopback: boolean;
  /** Resolves host names; the system's resolver when left out. */
  readonly lookup?: LookupFunction | undefined;
  /** Certificates of authorities to trust instead of Node's. */
  readonly ca?: string | undefined;
  readonly connectMs?: number | undefined;
};

/**
 * Connects to the host of a URL, with TLS for https. Only addresses that are allowed are connected
 * to: each is checked when the name is resolved, and the connection goes to one of those, so that a
 * name that changes its address meanwhile reaches nothing else.
 *
 * @throws {SendError}
 */
export function connectTo({ protocol, hostname, port }: URL, options: ConnectOptions): Promise<Socket> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const isLiteral = net.isIP(host) !== 0;
  if (isLiteral && !isAllowedAddress(host, options.allowLoopback)) return Promise.reject(new SendError('ADDRESS_REFUSED'));
  const isSecure = protocol === 'https:';
  const target = { host, port: Number(port) || (isSecure ? 443 : 80), lookup: checkedLookup(options) };
  const name = isLiteral ? {} : { servername: host };
  const socket = isSecure ? tls.connect({ ...target, ...name, ca: options.ca, ALPNProtocols: ['http/1.1'] }) : net.connect(target);
  return connected(socket, isSecure ? 'secureConnect' : 'connect', options.connectMs ?? CONNECT_MS);
}

function connected(socket: Socket, event: string, limit: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let hasConnection = false;
    const fail = (error: SendError) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(new SendError('CONNECT_TIMEOUT')), limit);
    socket.once('connect', () => {
      hasConnection = true;
    });
    socket.once(event, () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.on('error', error =>
      fail(error instanceof SendError ? error : new SendError(failureOf(error, hasConnection), null, { cause: error })),
    );
  });
}

function failureOf(error: Error & { code?: string; syscall?: string }, hasConnection: boolean): TryFailure {
  if (error.syscall === 'getaddrinfo') return 'UNRESOLVED';
  return hasConnection ? 'TLS_FAILED' : 'UNREACHABLE';
}

/** Resolves a name, and refuses it if any of its addresses isn't allowed. */
const checkedLookup =
  ({ allowLoopback, lookup = dns.lookup as LookupFunction }: ConnectOptions): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const addresses = found as unknown as readonly dns.LookupAddress[];
      if (!addresses.length || !addresses.every(({ address }) => isAllowedAddress(address, allowLoopback)))
        return callback(new SendError('ADDRESS_REFUSED'), '', 0);
      if (options.all) return callback(null, addresses as never, 0);
      callback(null, addresses[0]!.address, addresses[0]!.family);
    });
