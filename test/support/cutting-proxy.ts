import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { useResource } from './resource.ts';

export type CuttingProxy = {
  /** The endpoint of the gateway behind it, with the port of the proxy. */
  readonly url: string;
  /** The number of connections that were made. */
  connections(): number;
  /** Cuts all connections. */
  cut(): void;
  /** Forwards nothing more on the connections that are open, and leaves them open. */
  silence(): void;
  close(): Promise<void>;
};

/** A TCP proxy between a client and a server, for a test file; see {@link useResource}. */
export const useCuttingProxy = (target: { readonly url: string }): CuttingProxy =>
  useResource(
    () => start(target),
    proxy => proxy.close(),
  );

async function start(target: { readonly url: string }): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let made = 0;
  const server = createServer(client => {
    made += 1;
    const gateway = connect(Number(new URL(target.url).port), '127.0.0.1');
    for (const socket of [client, gateway]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    client.pipe(gateway).pipe(client);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    connections: () => made,
    cut,
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: () => {
      cut();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}
