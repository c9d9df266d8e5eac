import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A message as the server took it. */
export type Taken = { readonly from: string; readonly to: readonly string[]; readonly data: string };

/**
 * A mail server on loopback that knows enough of SMTP, has no STARTTLS, and refuses recipients that
 * begin with `refused`.
 */
export async function startMailServer(host = '127.0.0.1') {
  const taken: Taken[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    serve(socket, message => taken.push(message));
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    taken,
    url: `smtp://${host}:${port}`,
    connections: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(socket: Socket, take: (message: Taken) => void): void {
  let [from, to, data, rest] = ['', [] as string[], null as string[] | null, ''];
  const say = (line: string) => socket.write(`${line}\r\n`);
  say('220 mail.example');
  const command = (line: string) => {
    const address = /<(.*)>/.exec(line)?.[1] ?? '';
    if (/^(EHLO|HELO)/i.test(line)) return say('250 mail.example');
    if (/^MAIL FROM/i.test(line)) {
      [from, to] = [address, []];
      return say('250 ok');
    }
    if (/^RCPT TO/i.test(line)) {
      if (address.startsWith('refused')) return say('550 no such mailbox');
      to.push(address);
      return say('250 ok');
    }
    if (/^DATA/i.test(line)) {
      data = [];
      return say('354 go on');
    }
    if (/^QUIT/i.test(line)) return socket.end('221 bye\r\n');
    return say(/^RSET/i.test(line) ? '250 ok' : '502 unknown');
  };
  socket.setEncoding('utf8').on('data', chunk => {
    const lines = (rest + chunk).split('\r\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (data === null) command(line);
      else if (line !== '.') data.push(line.replace(/^\./, ''));
      else {
        take({ from, to, data: data.join('\r\n') });
        data = null;
        say('250 taken');
      }
    }
  });
}
