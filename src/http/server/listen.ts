import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The server can't listen at its address. The message is a sentence for the operator. */
export class ListenError extends Error {
  override name = 'ListenError';
}

/** Where a server listens, and the settings that say so. */
export type Address = {
  readonly host: string;
  readonly port: number;
  readonly settings?: { readonly host: string; readonly port: string };
};

const SETTINGS = { host: 'HOST', port: 'PORT' };

const reasons = ({ host, port }: typeof SETTINGS): Readonly<Record<string, string>> => ({
  EADDRINUSE: `another process listens there; choose another port with ${port}`,
  EACCES: `this user may not listen there; choose another port with ${port}`,
  EADDRNOTAVAIL: `this machine has no such address; choose another with ${host}`,
});

/**
 * Starts to listen, and returns the URL.
 *
 * @throws {ListenError}
 */
export function listen(server: Server, { host, port, settings = SETTINGS }: Address): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(`Can't listen on ${host}:${port}: ${reasons(settings)[error.code ?? ''] ?? error.message}.`)),
    );
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${address.port}`);
    });
  });
}
