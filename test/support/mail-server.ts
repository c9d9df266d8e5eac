import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A received message. */
export type Received = { readonly from: string; readonly to: readonly string[]; readonly data: string };

/** What the server replies to an address instead of accepting it, by the command. */
export type Replies = { readonly mail?: string; readonly rcpt?: string; readonly data?: string };

/**
 * A minimal SMTP server without STARTTLS. It refuses recipients that begin with `refused`, replies
 * to others what `replies` has for their address, and refuses any password if it asks for one.
 */
export async function startMailServer(host = '127.0.0.1', { asksForPassword = false } = {}) {
  const taken: Received[] = [];
  const replies = new Map<string, Replies>();
  /** The recipients of every try. */
  const tried: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    serve(socket, asksForPassword, message => taken.push(message), { replies, tried });
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    taken,
    replies,
    tried,
    url: `smtp://${host}:${port}`,
    connections: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

type Scripted = { readonly replies: ReadonlyMap<string, Replies>; readonly tried: string[] };

function serve(socket: Socket, asksForPassword: boolean, take: (message: Received) => void, { replies, tried }: Scripted): void {
  let [from, to, data, rest] = ['', [] as string[], null as string[] | null, ''];
  const reply = (line: string) => socket.write(`${line}\r\n`);
  reply('220 mail.example');
  const command = (line: string) => {
    const address = /<(.*)>/.exec(line)?.[1] ?? '';
    if (/^(EHLO|HELO)/i.test(line)) return reply(asksForPassword ? '250-mail.example\r\n250 AUTH PLAIN' : '250 mail.example');
    if (/^AUTH/i.test(line)) return reply('535 no such user');
    if (/^MAIL FROM/i.test(line)) {
      [from, to] = [address, []];
      return reply(replies.get(address)?.mail ?? '250 ok');
    }
    if (/^RCPT TO/i.test(line)) {
      tried.push(address);
      const refused = replies.get(address)?.rcpt ?? (address.startsWith('refused') ? '550 no such mailbox' : null);
      if (refused) return reply(refused);
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
        const refused = replies.get(to[0]!)?.data;
        if (!refused) take({ from, to, data: data.join('\r\n') });
        data = null;
        reply(refused ?? '250 received');
      }
    }
  });
}
