import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A door to PostgreSQL that can be shut: new connections are refused and open ones cut, as when a
 * server is gone.
 */
export async function startProxy(targetUrl: string) {
  const { hostname, port } = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let listening = 0;

  async function openDoor() {
    const made = createServer(near => {
      const far = connect(Number(port), hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(one);
        one.on('error', () => undefined);
        one.on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
    await new Promise<void>((resolve, reject) => made.once('error', reject).listen(listening, '127.0.0.1', resolve));
    listening = (made.address() as AddressInfo).port;
    server = made;
  }

  async function shut() {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>(resolve => (server ? server.close(() => resolve()) : resolve()));
    server = undefined;
  }

  await openDoor();
  return {
    /** The URL that leads through the door. */
    url: Object.assign(new URL(targetUrl), { hostname: '127.0.0.1', port: String(listening) }).href,
    shut,
    open: openDoor,
  };
}
