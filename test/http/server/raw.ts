import { connect, type Socket } from 'node:net';

export type RawAnswer = { readonly status: number; readonly head: string; readonly body: string };

/** Opens a socket to a server and waits for the connection. */
export function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** All that comes until the other side closes, or breaks off. */
export function rest(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise(resolve => {
    socket.on('data', chunk => void chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(Buffer.concat(chunks)));
  });
}

/**
 * Sends a request as it is written, which fetch would put right, and reads the answer to its end.
 */
export async function raw(url: string, head: readonly string[], body: string | Uint8Array = ''): Promise<RawAnswer> {
  const socket = await open(url);
  const answer = rest(socket);
  socket.write(`${[...head, 'host: gateway', 'connection: close'].join('\r\n')}\r\n\r\n`, 'latin1');
  socket.write(body);
  const text = (await answer).toString();
  const end = text.indexOf('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), head: text.slice(0, end), body: text.slice(end + 4) };
}

/** The head of a POST of `body`, with more headers. */
export const post = (body: string | Uint8Array, ...headers: readonly string[]): readonly string[] => [
  'POST /graphql HTTP/1.1',
  ...(headers.some(header => /^content-type:/i.test(header)) ? [] : ['content-type: application/json']),
  `content-length: ${Buffer.byteLength(body)}`,
  ...headers,
];
