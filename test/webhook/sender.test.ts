import { execFileSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type LookupFunction, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SendError, type WebhookSender } from '../../src/domain/webhook/sender.ts';
import { RESPONSE_BYTES, type SenderOptions, webhookSender } from '../../src/webhook/sender.ts';

let directory: string;
let pem: { key: string; cert: string };
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ipto-certificate-'));
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=hooks.example', '-addext', 'subjectAltName=DNS:hooks.example'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-keyout', keyFile, '-out', certFile];
  execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'ignore' });
  pem = { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
});
afterAll(() => rmSync(directory, { recursive: true }));

const servers: Server[] = [];
const sockets: net.Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) (server as http.Server).closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }
});
async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const plain = async (handler: RequestListener) => `http://127.0.0.1:${await listening(http.createServer(handler))}/hook?a=b`;

/** A server of TCP alone, whose sockets end with the test. */
const raw = (handler: (socket: net.Socket) => void) =>
  listening(
    net.createServer(socket => {
      socket.on('error', () => {});
      handler(socket);
      sockets.push(socket);
    }),
  );

/** Resolves any name to addresses, one list after the other. */
const resolvingTo =
  (...lists: string[][]): LookupFunction =>
  (_hostname, _options, callback) => {
    const addresses: readonly string[] = lists.length > 1 ? lists.shift()! : lists[0]!;
    (callback as (error: null, found: object) => void)(
      null,
      addresses.map(address => ({ address, family: net.isIP(address) })),
    );
  };

const send = (url: string, options: Partial<SenderOptions> = {}, body = '{}') =>
  sendBy(webhookSender({ allowLoopback: true, ...options }), url, body);

async function sendBy(sender: WebhookSender, url: string, body = '{}'): Promise<number | SendError> {
  try {
    const connection = await sender.connect(url);
    try {
      await connection.write({ headers: { 'webhook-id': 'one' }, body });
      return await connection.response();
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof SendError) return error;
    throw error;
  }
}
const failure = async (...args: Parameters<typeof send>) => {
  const sent = await send(...args);
  return sent instanceof SendError ? [sent.failure, sent.status] : sent;
};

describe('a request to a receiver', () => {
  test('E2: is a POST with the headers and the body, at the path of the URL', async () => {
    const got: unknown[] = [];
    const url = await plain(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { host, connection: _, ...headers } = request.headers;
      got.push([request.method, request.url, host, headers, Buffer.concat(chunks).toString()]);
      response.writeHead(202).end();
    });
    expect(await send(url, {}, '{"a":"ä"}')).toBe(202);
    expect(got).toEqual([['POST', '/hook?a=b', new URL(url).host, { 'webhook-id': 'one', 'content-length': '10' }, '{"a":"ä"}']]);
  });

  test('E2: is written when `write` resolves, and nothing waits for the response', async () => {
    const requests = new EventEmitter();
    const url = await plain((_request, response) => void requests.emit('request', response));
    const got = once(requests, 'request');
    const connection = await webhookSender({ allowLoopback: true }).connect(url);
    await connection.write({ headers: {}, body: '{}' });
    const [response] = await got;
    response.writeHead(200).end();
    expect(await connection.response()).toBe(200);
    connection.close();
  });

  test.each([301, 302, 307, 308])('E2: a redirect (%s) is a failure, and is not followed', async status => {
    let followed = 0;
    const elsewhere = await plain((_request, response) => {
      followed += 1;
      response.end();
    });
    const url = await plain((_request, response) => response.writeHead(status, { location: elsewhere }).end());
    expect(await failure(url)).toEqual(['STATUS', status]);
    expect(followed).toBe(0);
  });

  test.each([400, 410, 429, 500, 503])('E2: the status %s is a failure', async status => {
    const url = await plain((_request, response) => response.writeHead(status).end('no'));
    expect(await failure(url)).toEqual(['STATUS', status]);
  });

  test('E2: a receiver that does not respond in time is a failure', async () => {
    const url = await plain(() => {});
    expect(await failure(url, { responseMs: 50 })).toEqual(['RESPONSE_TIMEOUT', null]);
  });

  test('E2: a receiver that closes the connection is a failure', async () => {
    const url = await plain((_request, response) => response.destroy());
    expect(await failure(url)).toEqual(['BROKEN_OFF', null]);
  });

  test('E2: what is no HTTP is a failure', async () => {
    const port = await raw(socket => socket.end('220 mail.example ESMTP\r\n'));
    expect(await failure(`http://127.0.0.1:${port}/`)).toEqual(['BROKEN_OFF', null]);
  });

  test('E2: of an endless response only the status and the limit are read', async () => {
    let sent = 0;
    const requests = new EventEmitter();
    const closed = once(requests, 'close');
    const url = await plain((_request, response) => {
      const chunk = Buffer.alloc(16 * 1024);
      const writing = setInterval(() => {
        response.write(chunk);
        sent += chunk.length;
      }, 1);
      response.on('close', () => {
        clearInterval(writing);
        requests.emit('close');
      });
    });
    expect(await send(url)).toBe(200);
    await closed;
    // The head and the lengths of the chunks count as well.
    expect(sent).toBeGreaterThanOrEqual(RESPONSE_BYTES);
    expect(sent).toBeLessThan(64 * RESPONSE_BYTES);
  });

  test('E2: a response that drips for ever counts by its status', async () => {
    const url = await plain((_request, response) => {
      response.write('.');
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(await send(url)).toBe(200);
  });

  test('E2: endless interim responses end at the limit', async () => {
    const port = await raw(socket => {
      const interim = `HTTP/1.1 103 Early Hints\r\nLink: <${'a'.repeat(4_000)}>\r\n\r\n`;
      const writing = setInterval(() => socket.write(interim), 1);
      socket.on('close', () => clearInterval(writing));
    });
    expect(await failure(`http://127.0.0.1:${port}/`)).toEqual(['BROKEN_OFF', null]);
  });
});

describe('a connection to a receiver', () => {
  const hooks = async (handler: RequestListener = (_request, response) => void response.writeHead(204).end()) =>
    `https://hooks.example:${await listening(https.createServer(pem, handler) as unknown as Server)}/`;
  const HERE = resolvingTo(['127.0.0.1']);

  test('E2: is of TLS, with the certificate of the name', async () => {
    expect(await send(await hooks(), { lookup: HERE, ca: pem.cert })).toBe(204);
    const other = (await hooks()).replace('hooks.example', 'other.example');
    expect(await failure(other, { lookup: HERE, ca: pem.cert })).toEqual(['TLS_FAILED', null]);
  });

  test('E2: an authority that is not trusted is a failure', async () => {
    expect(await failure(await hooks(), { lookup: HERE })).toEqual(['TLS_FAILED', null]);
  });

  test('E2: a server that never answers the TLS handshake is a failure', async () => {
    const port = await raw(() => {});
    expect(await failure(`https://hooks.example:${port}/`, { lookup: HERE, connectMs: 100 })).toEqual(['CONNECT_TIMEOUT', null]);
  });

  test('E2: a name that does not resolve is a failure, and so is a closed port', async () => {
    expect(await failure('https://nowhere.invalid/')).toEqual(['UNRESOLVED', null]);
    const port = await raw(() => {});
    await new Promise(resolve => servers.shift()!.close(resolve));
    expect(await failure(`http://127.0.0.1:${port}/`)).toEqual(['UNREACHABLE', null]);
  });

  test.each([
    ['a loopback address', ['127.0.0.1']],
    ['a private address beside a public one', ['93.184.215.14', '10.0.0.1']],
    ['an IPv4-mapped address', ['::ffff:127.0.0.1']],
    ['an address of NAT64', ['64:ff9b::7f00:1']],
    ['no address', []],
  ])('E2: a name with %s is refused, and nothing is connected to', async (_what, addresses) => {
    let connections = 0;
    const port = await raw(() => {
      connections += 1;
    });
    const url = `https://hooks.example:${port}/`;
    expect(await failure(url, { allowLoopback: false, lookup: resolvingTo(addresses) })).toEqual(['ADDRESS_REFUSED', null]);
    expect(connections).toBe(0);
  });

  test.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::ffff:7f00:1]/',
    'https://169.254.169.254/',
  ])('E2: the literal address %s is refused', async url => {
    expect(await failure(url, { allowLoopback: false })).toEqual(['ADDRESS_REFUSED', null]);
  });

  test('E2: goes to an address that was checked: a name that changes its address reaches nothing else', async () => {
    const url = await hooks();
    const rebinding = resolvingTo(['127.0.0.1'], ['10.0.0.1']);
    expect(await send(url, { lookup: rebinding, ca: pem.cert })).toBe(204);
    expect(await failure(url, { lookup: rebinding, ca: pem.cert })).toEqual(['ADDRESS_REFUSED', null]);
  });
});

describe('a connection that carried a request', () => {
  /** A receiver, and its requests: the number of the connection, and the path. */
  const counting = async (answer: (socket: net.Socket) => void) => {
    const requests: [number, string][] = [];
    let connections = 0;
    const port = await raw(socket => {
      connections += 1;
      const number = connections;
      socket.on('data', data => {
        requests.push([number, data.toString().split(' ')[1]!]);
        answer(socket);
      });
    });
    return { requests, at: (path: string) => `http://127.0.0.1:${port}${path}` };
  };
  const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

  test('E2: carries the next one to the same URL, and none to another', async () => {
    const { requests, at } = await counting(socket => socket.write(OK));
    const sender = webhookSender({ allowLoopback: true });
    for (const path of ['/a', '/a', '/b', '/a']) expect(await sendBy(sender, at(path))).toBe(200);
    expect(requests).toEqual([[1, '/a'], [1, '/a'], [2, '/b'], [1, '/a']]); // biome-ignore format: a row
  });

  test('E2: carries one at a time', async () => {
    const { requests, at } = await counting(socket => socket.write(OK));
    const sender = webhookSender({ allowLoopback: true });
    for (let times = 0; times < 2; times += 1) await Promise.all([sendBy(sender, at('/')), sendBy(sender, at('/'))]);
    expect(requests.map(([connection]) => connection).sort()).toEqual([1, 1, 2, 2]);
  });

  test.each([
    ['said something unasked', `${OK}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`],
    ['announced its end', OK.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')],
    ['speaks HTTP/1.0', OK.replace('1.1', '1.0')],
  ])('E2: is not used again where its other side %s', async (_what, text) => {
    const { requests, at } = await counting(socket => socket.write(text));
    const sender = webhookSender({ allowLoopback: true });
    for (let times = 0; times < 2; times += 1) await sendBy(sender, at('/'));
    expect(requests.map(([connection]) => connection)).toEqual([1, 2]);
  });

  test('E2: is not used again after its other side ended it, or a part of the response is left', async () => {
    const { requests, at } = await counting(socket => socket.end(OK));
    const sender = webhookSender({ allowLoopback: true });
    expect(await sendBy(sender, at('/'))).toBe(200);
    // The end arrives before the next request or after it.
    await expect.poll(() => sendBy(sender, at('/'))).toBe(200);
    expect(requests.at(-1)![0]).toBe(2);
    const long = await counting(socket =>
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n${'a'.repeat(RESPONSE_BYTES + 1)}`),
    );
    for (let times = 0; times < 2; times += 1) expect(await sendBy(sender, long.at('/'))).toBe(200);
    expect(long.requests.map(([connection]) => connection)).toEqual([1, 2]);
    await expect.poll(() => sockets.slice(-2).map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  test('E2: is closed as soon as its other side says something that nobody asked for', async () => {
    const { requests, at } = await counting(socket => socket.write(OK));
    const sender = webhookSender({ allowLoopback: true });
    expect(await sendBy(sender, at('/'))).toBe(200);
    const socket = sockets.at(-1)!;
    socket.write(OK);
    await expect.poll(() => socket.destroyed).toBe(true);
    expect(await sendBy(sender, at('/'))).toBe(200);
    expect(requests.map(([connection]) => connection)).toEqual([1, 2]);
  });
});
