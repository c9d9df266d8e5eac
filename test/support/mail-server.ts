import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A received message. */
export type Received = { readonly from: string; readonly to: readonly string[]; readonly data: string };

/**
 * A minimal SMTP server without STARTTLS. It refuses recipients that begin with `refused`, and any
 * password if it asks for one.
 */
export async function startMailServer(host = '127.0.0.1', { asksForPassword = false } = {}) {
  const taken: Received[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    serve(socket, asksForPassword, message => taken.push(message));
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

function serve(socket: Socket, asksForPassword: boolean, take: (message: Received) => void): void {
  let [from, to, data, rest] = ['', [] as string[], null as string[] | null, ''];
  const reply = (line: string) => socket.write(`${line}\r\n`);
  reply('220 mail.example');
  const command = (line: string) => {
    const address = /<(.*)>/.exec(line)?.[1] ?? '';
    if (/^(EHLO|HELO)/i.test(line)) return reply(asksForPassword ? '250-mail.example\r\n250 AUTH PLAIN' : '250 mail.example');
    if (/^AUTH/i.test(line)) return reply('535 no such user');
    if (/^MAIL FROM/i.test(line)) {
      [from, to] = [address, []];
      return reply('250 ok');
    }
    if (/^RCPT TO/i.test(line)) {
      if (address.startsWith('refused')) return reply('550 no such mailbox');
      to.push(address);
      return reply('250 ok');
    }
    if (/^DATA/i.test(line)) {
      data = [];
      return reply('354 go on');
    }
    if (/^QUIT/i.test(line)) return socket.end('221 bye\r\n');
    return reply(/^RSET/i.test(line) ? '250 ok' : '502 unknown');
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
        reply('250 received');
      }
    }
  });
}
