import type { Fault } from './fault.ts';

const [SEND, ADDRESS, CONNECT] = ['src/domain/webhook/send.ts', 'src/domain/webhook/address.ts', 'src/webhook/connect.ts'];
const IDLE = 'src/webhook/idle-connections.ts';
const QUERIES = 'src/database/queries/webhook-delivery.ts';
const [AUTHORIZED, DELIVERY] = [['test/domain/webhook/authorized'], ['test/domain/webhook/delivery']];
const [SENDER, ADDRESSES] = [['test/webhook/sender'], ['test/domain/webhook/address']];

/** Faults of webhooks: where they may go, who may read what, and in which order. */
export const WEBHOOK_FAULTS: readonly Fault[] = [
  { file: ADDRESS, find: "  if (address.range() !== 'unicast') return false;\n", plant: '', tests: ADDRESSES, short: true },
  { file: ADDRESS, find: "  if (address.kind() === 'ipv6' && !isIn(address, IPV6_GLOBAL)) return false;\n", plant: '', tests: ADDRESSES },
  { file: CONNECT, find: '!addresses.every(', plant: '!addresses.some(', tests: SENDER, short: true },
  { file: CONNECT, find: 'isLiteral && !isAllowedAddress(host, options.allowLoopback)', plant: 'false', tests: SENDER, short: true },
  {
    file: CONNECT,
    find: 'const name = isLiteral ? {} : { servername: host }',
    plant: 'const name = { rejectUnauthorized: false }',
    tests: SENDER,
  },
  // A connection would carry requests to another URL, or a response that nobody asked for.
  { file: IDLE, find: 'this.#idle.get(url)?.pop()', plant: '[...this.#idle.values()][0]?.pop()', tests: SENDER },
  { file: IDLE, find: 'for (const event of events) socket.once(event, end);', plant: '', tests: SENDER },
  { file: SEND, find: '!connection.isReused || ', plant: 'true || ', tests: DELIVERY },
  { file: SEND, find: 'if (!isBegun && !(await', plant: 'if (!(await', tests: DELIVERY },
  {
    file: 'src/domain/webhook/text.ts',
    find: '  checkAddress(url.hostname, allowLoopback);\n',
    plant: '',
    tests: ['test/domain/webhook/webhook'],
  },
  // The check before the connection is there would be as good as none.
  {
    file: SEND,
    find: "  if (!maySend(memberGrant(tenantId, tenant!, roles ?? []), type)) return 'FORBIDDEN';\n",
    plant: '',
    tests: AUTHORIZED,
    short: true,
  },
  { file: SEND, find: 'SENDING.includes(tenant.status) && ', plant: '', tests: AUTHORIZED, short: true },
  { file: SEND, find: 'webhook.url === url && ', plant: '', tests: AUTHORIZED },
  { file: SEND, find: " && (webhook.status === 'active' || kind !== 'event')", plant: '', tests: AUTHORIZED },
  {
    file: SEND,
    find: "  return kind === 'event' && !types.includes(type) ? 'UNSELECTED' : null;",
    plant: '  return null;',
    tests: AUTHORIZED,
  },
  { file: QUERIES, find: ' AND tries = $2::int - 1 RETURNING 1', plant: ' RETURNING 1', tests: ['test/database/queries/webhook-tries'] },
  { file: QUERIES, find: ' AND b.number < d.number)`', plant: ' AND false)`', tests: DELIVERY, short: true },
  {
    file: 'src/domain/webhook/record-sent.ts',
    find: '  if (!again) await disableWebhook(unit, clock, webhookId);\n',
    plant: '',
    tests: DELIVERY,
  },
  {
    file: 'src/domain/webhook/record-sent.ts',
    find: '  if (until) await pauseUntil(query, webhookId, until);\n',
    plant: '',
    tests: DELIVERY,
  },
  { file: 'src/domain/webhook/sign.ts', find: 'earlierUntil > now', plant: 'earlierUntil < now', tests: DELIVERY },
  {
    file: 'src/domain/webhook/secret-keys.ts',
    find: 'const boundTo = ({ tenantId, id }: Place): Buffer => Buffer.from(',
    plant: "const boundTo = ({ tenantId, id }: Place): Buffer => Buffer.from('' && ",
    tests: ['test/domain/webhook/webhook'],
  },
  {
    file: 'src/domain/webhook/types.ts',
    find: 'const refused = chosen.filter(type => !maySend(grant, type));',
    plant: 'const refused: string[] = [];',
    tests: ['test/domain/webhook/webhook'],
  },
];
