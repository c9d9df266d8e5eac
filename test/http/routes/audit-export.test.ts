import { beforeAll, describe, expect, test } from 'vitest';
import { eventsOf, type Scene, STAFF, setScene } from '../../domain/audit/scene.ts';
import { useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);
let scene: Scene;
let other: Scene;
beforeAll(async () => {
  gateway.clock.set(new Date('2026-03-01T10:00:00.250Z'));
  [scene, other] = [await setScene(database, gateway), await setScene(database, gateway)];
  await other.act(other.owner, 'renameTenant', { name: 'Not yours' });
  await scene.act(scene.owner, 'renameTenant', { name: '=HYPERLINK("x"), "quoted"\u00a0' });
  gateway.clock.advance({ days: 1 });
  await scene.act(scene.viewer, 'renameTenant', { name: 'No' });
  gateway.clock.advance({ days: 1 });
  await scene.staff('staffSuspendTenant', { reason: 'Unpaid bill' });
});

type Asked = { token?: string; tenant?: string; method?: string; headers?: Record<string, string> };

async function get(query: string, { token, tenant, method = 'GET', headers }: Asked = {}) {
  const response = await fetch(`${gateway.url}/audit/export${query}`, {
    method,
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...(tenant && { 'x-tenant-id': tenant }), ...headers },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const asOwner = async (query: string, asked: Asked = {}) => get(query, { token: await scene.tokenOf(scene.owner), ...asked });
const linesOf = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line));

/** A reader of RFC 4180 of the test's own. */
function records(text: string): string[][] {
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/y;
  const rows: string[][] = [[]];
  for (let match = cell.exec(text); match; match = cell.exec(text)) {
    const [, raw = '', end] = match;
    rows.at(-1)!.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

const HEADER = 'id,sequence,at,action,outcome,code,rule,actorKind,actorId,actorName,targetType,targetId,before,after,requestId'.split(',');

describe('A3: GET /audit/export', () => {
  test('as JSONL has the same events and fields as the API, oldest first', async () => {
    const { status, headers, text } = await asOwner('?format=jsonl');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="audit-${scene.tenant.slug}-2026-03-03.jsonl"`);
    expect(headers.get('cache-control')).toBe('no-store');
    const { data } = await gateway.ask(`{ tenant { auditEvents(last: 100) { edges { node { ${HEADER.join(' ')} } } } } }`, {
      token: await scene.tokenOf(scene.owner),
    });
    const shown = data.tenant.auditEvents.edges.map(({ node }: { node: object }) => node).reverse();
    expect(shown).toHaveLength(3);
    expect(linesOf(text)).toEqual(shown);
    expect(linesOf(text)[0]).toMatchObject({
      sequence: 1,
      at: '2026-03-01T10:00:00.250Z',
      action: 'TENANT_RENAME',
      outcome: 'DONE',
      actorKind: 'USER',
      actorName: scene.owner.person.name,
      before: { name: scene.tenant.name },
      after: { name: '=HYPERLINK("x"), "quoted"' },
    });
  });

  test('as CSV is RFC 4180 with a header, and has the same values', async () => {
    const { headers, text } = await asOwner('?format=csv');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="audit-${scene.tenant.slug}-2026-03-03.csv"`);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    const [header, ...rows] = records(text);
    expect(header).toEqual(HEADER);
    const json = linesOf((await asOwner('?format=jsonl')).text);
    const cell = (value: unknown) => (value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
    expect(rows).toEqual(json.map(event => HEADER.map(name => cell(event[name]))));
  });

  // biome-ignore format: a table is read by its columns
  test.each([
    ['=1+1', "'=1+1"], ['+1', "'+1"], ['-1', "'-1"], ['@SUM(A1)', "'@SUM(A1)"], ['\t=1', "'\t'=1"], ['\n=1', "'\n'=1"], [' =1', "' =1"], ['a;=1', "a;'=1"], ['a\t+1', "a\t'+1"], ['a; -1', "a; '-1"], ['\r=1', "'\r'=1"],
    ['Ada', 'Ada'], ['a=1', 'a=1'], ["O'Hara, \"Pat\"\nJr.", "O'Hara, \"Pat\"\nJr."], ['', ''], ['ä😀', 'ä😀'],
  ])('a cell with %j is %j', async (name, cell) => {
    await database.sql(`UPDATE audit_event SET actor_name = $2 WHERE tenant_id = $1 AND seq = 1`, [scene.tenant.id, name]);
    const [, row] = records((await asOwner('?format=csv')).text);
    expect(row![HEADER.indexOf('actorName')]).toBe(cell);
    expect(linesOf((await asOwner('?format=jsonl')).text)[0].actorName).toBe(name);
    await database.sql(`UPDATE audit_event SET actor_name = $2 WHERE tenant_id = $1 AND seq = 1`, [scene.tenant.id, scene.owner.person.name]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, readonly number[]]>([
    ['',                                                                          [1, 2, 3]],
    ['&action=TENANT_SUSPEND',                                                    [3]],
    ['&action=TENANT_SUSPEND,TENANT_RENAME',                                      [1, 2, 3]],
    ['&action=MEMBER_LEAVE',                                                      []],
    ['&outcome=REFUSED',                                                          [2]],
    ['&outcome=DONE',                                                             [1, 3]],
    [`&actorId=${STAFF.subject}`,                                                 [3]],
    ['&actorId=nobody',                                                           []],
    ['&from=2026-03-02T10:00:00.250Z',                                            [2, 3]],
    ['&from=2026-03-02T10:00:00.251Z',                                            [3]],
    ['&until=2026-03-02T10:00:00.250Z',                                           [1]],
    ['&until=2026-03-02T10:00:00.251Z',                                           [1, 2]],
    ['&from=2026-03-02T12:00:00%2B02:00&until=2026-03-03T00:00:00Z&outcome=REFUSED', [2]],
    ['&from=2026-03-03T00:00:00Z&until=2026-03-02T00:00:00Z',                     []],
  ])('with %j contains the events %j', async (filter, sequences) => {
    expect(linesOf((await asOwner(`?format=jsonl${filter}`)).text).map(({ sequence }) => sequence)).toEqual(sequences);
    const [header, ...rows] = records((await asOwner(`?format=csv${filter}`)).text);
    expect(header).toEqual(HEADER);
    expect(rows.map(row => Number(row[1]))).toEqual(sequences);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['',                                   'The parameter format is csv or jsonl.'],
    ['?format=xml',                        'The parameter format is csv or jsonl.'],
    ['?format=csv&format=jsonl',           'The parameter "format" is given more than once.'],
    ['?format=csv&to=2026-01-01',          'There is no parameter "to".'],
    ['?format=csv&from=yesterday',         'The parameter from is a DateTime such as 2026-01-31T00:00:00Z, in the years 1 to 9999; a plus sign in it is written %2B.'],
    ['?format=csv&until=2026-01-01',       'The parameter until is a DateTime such as 2026-01-31T00:00:00Z, in the years 1 to 9999; a plus sign in it is written %2B.'],
    ['?format=csv&from=2026-02-30T00:00:00Z', 'The parameter from is a DateTime such as 2026-01-31T00:00:00Z, in the years 1 to 9999; a plus sign in it is written %2B.'],
    ['?format=csv&from=0000-01-01T00:00:00Z', 'The parameter from is a DateTime such as 2026-01-31T00:00:00Z, in the years 1 to 9999; a plus sign in it is written %2B.'],
    ['?format=csv&action=tenant.rename',   'The parameter action is names of AuditAction, such as TENANT_RENAME,MEMBER_REMOVE.'],
    ['?format=csv&action=',                'The parameter action is names of AuditAction, such as TENANT_RENAME,MEMBER_REMOVE.'],
    ['?format=csv&outcome=done',           'The parameter outcome is DONE or REFUSED.'],
    ['?format=csv&actorId=',               "The parameter actorId is an event's actorId."],
    ['?format=csv&actorId=%00',            "The parameter actorId is an event's actorId."],
    ['?format=csv&actorId=%ff',            'The query string is not UTF-8, percent-encoded.'],
  ])('%j is BAD_USER_INPUT', async (query, message) => {
    const { status, headers, text } = await asOwner(query);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT', requestId: headers.get('x-request-id') } }] });
  });

  test.each(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not allowed', async method => {
    const { status, headers } = await asOwner('?format=csv', { method });
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'GET' });
  });

  test('leaves no event', async () => {
    const before = await eventsOf(database, scene.tenant.id);
    await asOwner('?format=csv');
    expect(await eventsOf(database, scene.tenant.id)).toEqual(before);
  });
});
