import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { buildSchema, parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { grantOf } from '../../../src/access/grant.ts';
import { ERRORS, type GatewayError } from '../../../src/domain/core/errors.ts';
import { createExecutor } from '../../../src/executor/executor.ts';
import type { Context } from '../../../src/graphql/core/context.ts';
import { openBudget } from '../../../src/http/budget/open.ts';
import { RequestBudget } from '../../../src/http/budget/request-budget.ts';
import { createDocuments, type Documents } from '../../../src/http/graphql/documents.ts';
import { executeConfirmed } from '../../../src/http/graphql/execute.ts';
import { createPrepare } from '../../../src/http/graphql/prepare.ts';
import { checkHead, readBody } from '../../../src/http/graphql/read.ts';
import { writeResponse } from '../../../src/http/graphql/write.ts';
import { createLog } from '../../../src/http/server/log.ts';
import { queueLimits, RequestQueue } from '../../../src/http/server/request-queue.ts';
import { RequestRecord } from '../../../src/http/server/request-record.ts';
import { post, raw } from '../server/raw.ts';

const schema = buildSchema(`
  type Query { echo(text: String, needed: Int! = 1): String pair: Pair many(first: Int): [String] }
  type Pair { left: String right: String }
  type Mutation { add: Int! }
  type Subscription { tick: Int }
`);
schema.getQueryType()!.getFields().many!.extensions = { complexity: ({ first }: { first: number }) => ({ field: first }) };

let ran = 0;
schema.getQueryType()!.getFields().echo!.resolve = (_root, { text }) => {
  ran += 1;
  return text;
};
schema.getMutationType()!.getFields().add!.resolve = () => {
  ran += 1;
  return ran;
};

const ECHO = 'query Echo($text: String, $needed: Int! = 2) { echo(text: $text, needed: $needed) }';
const MANY = 'query ($first: Int) { many(first: $first) }';
const TWO = 'query A { echo(text: "a") } query B { echo(text: "b") }';
const ADD = 'mutation { add }';
const TICK = 'subscription { tick }';
const DIRTY = '{ echo(text: "\\u0000") }';
const NOT_VALIDATED = 'mutation { first: add second: add }';

const NOBODY = grantOf({ kind: 'nobody' }, null);

let documents: Documents;
let server: Server;
let url: string;
/** The body that was left to yoga. */
let left: string | undefined;

beforeAll(async () => {
  documents = createDocuments();
  const prepare = createPrepare(schema, documents, () => undefined);
  const executor = createExecutor(schema);
  const queue = new RequestQueue(queueLimits());
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const served = { requestId: 'r', log: createLog('silent'), record: new RequestRecord() };
    const { mediaType } = checkHead(request);
    const body = (await readBody(request))!;
    const operation = prepare(body);
    const budget = new RequestBudget(await openBudget(null, Date.now, createLog('silent')), request, response);
    const execution = { executor, queue, served, response, budget };
    const paid = operation && (await executeConfirmed(execution, operation, { grant: NOBODY, introspection: 'all' } as Context));
    if (paid) return writeResponse(response, { mediaType, ...paid });
    left = body;
    response.writeHead(501).end();
  };
  server = createServer((request, response) =>
    handle(request, response).catch(({ code }: GatewayError) => response.writeHead(ERRORS[code].status!).end()),
  );
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const text of [ECHO, MANY, TWO, ADD, TICK, DIRTY]) {
    documents.parsed.set(text, parse(text));
    documents.markValidated(documents.parsed.get(text)!);
  }
  documents.parsed.set(NOT_VALIDATED, parse(NOT_VALIDATED));
});
beforeEach(() => {
  ran = 0;
  left = undefined;
});
afterAll(() => new Promise(resolve => server.close(resolve)));

const send = (body: string, ...headers: string[]) => raw(url, post(body, ...headers), body);
const ask = (params: object, ...headers: string[]) => send(JSON.stringify(params), ...headers);

describe('an operation is found in the caches', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, object, string[], object]>([
    ['when its document was validated before',        { query: ECHO, variables: { text: 'é' } },                    [],                                             { echo: 'é' }],
    ['with only its query',                    { query: ECHO },                                              [],                                             { echo: null }],
    ['with nulls for the optional members',    { query: ECHO, variables: null, operationName: null, extensions: null }, [],                                  { echo: null }],
    ['with extensions',                        { query: ECHO, extensions: { a: 1 } },                        [],                                             { echo: null }],
    ['when it names its operation',            { query: TWO, operationName: 'B' },                           [],                                             { echo: 'b' }],
    ['when its media type has a charset',          { query: ECHO },                                              ['content-type: application/json; charset=utf-8'], { echo: null }],
    ['when it is a mutation',                  { query: ADD },                                               [],                                             { add: 1 }],
    ['when it is within the limits',      { query: MANY, variables: { first: 10_000 } },                [],                                             { many: null }],
  ])('%s', async (_when, params, headers, data) => {
    const { status, body } = await ask(params, ...headers);
    expect({ status, ...JSON.parse(body) }).toEqual({ status: 200, data });
    expect(left).toBeUndefined();
  });

  test.each([
    ['', 'application/json'],
    ['accept: text/html, application/json', 'application/json'],
    ['accept: application/json;q=0.5, application/graphql-response+json', 'application/graphql-response+json'],
    ['accept: application/graphql-response+json;q=0.1, application/json', 'application/json'],
    ['accept: __proto__, application/json', 'application/json'],
    ['accept: */*', 'application/json'],
    ['accept: application/*', 'application/json'],
    ['accept: application/json', 'application/json'],
    ['accept: application/graphql-response+json', 'application/graphql-response+json'],
    ['accept: application/graphql-response+json, application/json', 'application/graphql-response+json'],
    ['accept: application/json, application/graphql-response+json', 'application/json'],
  ])('and its response has the media type preferred by "%s"', async (accept, type) => {
    const { head, body } = await ask({ query: ECHO }, ...(accept ? [accept] : []));
    expect(head).toContain(`content-type: ${type}; charset=utf-8\r\ncontent-length: ${body.length}\r\n`);
  });
});

const CACHED = JSON.stringify({ query: ECHO });

describe('an operation is left to yoga, and nothing of it is executed,', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string[]]>([
    ['when its document is new',             JSON.stringify({ query: '{ pair { left } }' }),                        []],
    ['when its document was only parsed', JSON.stringify({ query: NOT_VALIDATED }),                                     []],
    ['when its document differs in a space', JSON.stringify({ query: `${ECHO} ` }),                                 []],
    ['when it subscribes',                   JSON.stringify({ query: TICK }),                                       []],
    ['when it selects none of two operations',  JSON.stringify({ query: TWO }),                                        []],
    ['when it selects an absent operation',           JSON.stringify({ query: TWO, operationName: 'C' }),                    []],
    ['when it exceeds a limit',       JSON.stringify({ query: MANY, variables: { first: 10_001 } }),         []],
    ['when a variable does not fit its type',         JSON.stringify({ query: ECHO, variables: { needed: null } }),          []],
    ['when a variable has an unpaired surrogate',        `{"query":${JSON.stringify(ECHO)},"variables":{"text":"\\ud800"}}`,    []],
    ['when the name of a variable has an unpaired surrogate', `{"query":${JSON.stringify(ECHO)},"variables":{"\\ud800":1}}`,         []],
    ['when its document contains a NUL', JSON.stringify({ query: DIRTY }),                                     []],
    ['when it has another parameter',        JSON.stringify({ query: ECHO, id: 1 }),                                []],
    ['when its variables are a list',        JSON.stringify({ query: ECHO, variables: [] }),                        []],
    ['when its extensions are a string',     JSON.stringify({ query: ECHO, extensions: 'a' }),                      []],
    ['when its operation name is a number',       JSON.stringify({ query: ECHO, operationName: 1 }),                     []],
    ['when its query is a list',             JSON.stringify({ query: [ECHO] }),                                     []],
    ['when it is a list of requests',        JSON.stringify([{ query: ECHO }]),                                     []],
  ])('%s', async (_when, body, headers) => {
    expect((await send(body, ...headers)).status).toBe(501);
    expect({ ran, left }).toEqual({ ran: 0, left: body });
  });
});

describe('a request body', () => {
  test('may arrive in chunks and begin with a byte order mark', async () => {
    const chunk = `${CACHED.length.toString(16)}\r\n${CACHED}\r\n0\r\n\r\n`;
    const head = ['POST /graphql HTTP/1.1', 'content-type: application/json', 'transfer-encoding: chunked'];
    expect((await raw(url, head, chunk)).status).toBe(200);
    expect((await send(`\ufeff${CACHED}`)).status).toBe(200);
    expect((await send(CACHED, 'content-type: application/json; profile=x')).status).toBe(200);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string | Uint8Array, string[], number]>([
    ['isn’t JSON',              '{',                                                  [],                              400],
    ['is empty',                '',                                                   [],                              400],
    ['isn’t UTF-8',             Buffer.from([0x22, 0xff, 0x22]),                      [],                              400],
    ['has a media type that a form can send', CACHED,                                               ['content-type: text/plain'],    403],
    ['is compressed',           CACHED,                                               ['content-encoding: gzip'],      415],
    ['is too large',            CACHED.padEnd(256 * 1024 + 1),                        [],                              413],
  ])('that %s is refused before anything is executed', async (_what, body, headers, status) => {
    expect((await raw(url, post(body, ...headers), body)).status).toBe(status);
    expect({ ran, left }).toEqual({ ran: 0, left: undefined });
  });
});

test.each(['before its body is read', 'while its body is read'])('a client that disconnects %s ends the reading', async when => {
  const read = new Promise<string | null>(resolve => {
    const slow = createServer(async request => {
      const closed = new Promise(done => request.once('close', done));
      if (when === 'before its body is read') await closed;
      const reading = readBody(request);
      socket.destroy();
      resolve(await reading);
      slow.close();
    });
    const socket = new Socket();
    slow.listen(0, '127.0.0.1', () => {
      socket.connect((slow.address() as AddressInfo).port, '127.0.0.1');
      socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"query":');
      if (when === 'before its body is read') slow.once('request', () => socket.destroy());
    });
  });
  expect(await read).toBeNull();
});

test('concurrent responses are complete, whatever their lengths', async () => {
  const texts = Array.from({ length: 200 }, (_, i) => 'aé€😀'.repeat(1 + ((i * 7919) % 997)));
  const answers = await Promise.all(
    texts.map(async text => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: ECHO, variables: { text } }),
      });
      return [Number(response.headers.get('content-length')), await response.text()];
    }),
  );
  expect(answers).toEqual(
    texts.map(text => {
      const body = JSON.stringify({ data: { echo: text } });
      return [Buffer.byteLength(body), body];
    }),
  );
});
