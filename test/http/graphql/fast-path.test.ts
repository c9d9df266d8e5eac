import { createServer, type Server } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { buildSchema, parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createExecutor } from '../../../src/executor/executor.ts';
import type { Context } from '../../../src/graphql/core/context.ts';
import { createDocuments, type Documents } from '../../../src/http/graphql/documents.ts';
import { createFastPath } from '../../../src/http/graphql/fast-path.ts';
import { createLog } from '../../../src/http/server/log.ts';
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
const UNPASSED = 'mutation { first: add second: add }';

let documents: Documents;
let server: Server;
let url: string;
/** What yoga would have been given. */
let left: string | undefined;

beforeAll(async () => {
  documents = createDocuments();
  const plain = createFastPath(schema, documents, createExecutor(schema)).answer;
  const served = { requestId: 'r', log: createLog('silent') };
  server = createServer(async (request, response) => {
    if (await plain(request, response, served, {} as Context)) return;
    left = '';
    const body = (request as { body?: AsyncIterable<Buffer> }).body ?? request;
    for await (const chunk of body) left += chunk;
    response.writeHead(501).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const text of [ECHO, MANY, TWO, ADD, TICK, DIRTY]) {
    documents.parsed.set(text, parse(text));
    documents.pass(documents.parsed.get(text)!);
  }
  documents.parsed.set(UNPASSED, parse(UNPASSED));
});
beforeEach(() => {
  ran = 0;
  left = undefined;
});
afterAll(() => new Promise(resolve => server.close(resolve)));

const send = (body: string, ...headers: string[]) => raw(url, post(body, ...headers), body);
const ask = (params: object, ...headers: string[]) => send(JSON.stringify(params), ...headers);

describe('a request is plain', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, object, string[], object]>([
    ['when its document passed before',        { query: ECHO, variables: { text: 'é' } },                    [],                                             { echo: 'é' }],
    ['with nothing but its query',             { query: ECHO },                                              [],                                             { echo: null }],
    ['with nulls for what it leaves out',      { query: ECHO, variables: null, operationName: null, extensions: null }, [],                                  { echo: null }],
    ['with extensions',                        { query: ECHO, extensions: { a: 1 } },                        [],                                             { echo: null }],
    ['when it names its operation',            { query: TWO, operationName: 'B' },                           [],                                             { echo: 'b' }],
    ['when it says that it is UTF-8',          { query: ECHO },                                              ['content-type: application/json; charset=utf-8'], { echo: null }],
    ['when it is a mutation',                  { query: ADD },                                               [],                                             { add: 1 }],
    ['when it costs no more than it may',      { query: MANY, variables: { first: 10_000 } },                [],                                             { many: null }],
  ])('%s', async (_when, params, headers, data) => {
    const { status, body } = await ask(params, ...headers);
    expect({ status, ...JSON.parse(body) }).toEqual({ status: 200, data });
    expect(left).toBeUndefined();
  });

  test.each([
    ['', 'application/json'],
    ['accept: */*', 'application/json'],
    ['accept: application/*', 'application/json'],
    ['accept: application/json', 'application/json'],
    ['accept: application/graphql-response+json', 'application/graphql-response+json'],
    ['accept: application/graphql-response+json, application/json', 'application/graphql-response+json'],
    ['accept: application/json, application/graphql-response+json', 'application/json'],
  ])('when it asks for an answer by "%s"', async (accept, type) => {
    const { head, body } = await ask({ query: ECHO }, ...(accept ? [accept] : []));
    expect(head).toContain(`Content-Type: ${type}; charset=utf-8\r\ncontent-length: ${body.length}\r\n`);
  });
});

describe('a request is left to yoga whole, and nothing of it has run,', () => {
  const KNOWN = JSON.stringify({ query: ECHO });
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string[]]>([
    ['when its document is new',             JSON.stringify({ query: '{ pair { left } }' }),                        []],
    ['when its document was parsed, no more', JSON.stringify({ query: UNPASSED }),                                     []],
    ['when its document differs in a space', JSON.stringify({ query: `${ECHO} ` }),                                 []],
    ['when it subscribes',                   JSON.stringify({ query: TICK }),                                       []],
    ['when it names no operation of two',    JSON.stringify({ query: TWO }),                                        []],
    ['when it names one that is not there',  JSON.stringify({ query: TWO, operationName: 'C' }),                    []],
    ['when it costs more than it may',       JSON.stringify({ query: MANY, variables: { first: 10_001 } }),         []],
    ['when a variable does not fit',         JSON.stringify({ query: ECHO, variables: { needed: null } }),          []],
    ['when a variable is half a letter',     `{"query":${JSON.stringify(ECHO)},"variables":{"text":"\\ud800"}}`,    []],
    ['when a name of a variable is',         `{"query":${JSON.stringify(ECHO)},"variables":{"\\ud800":1}}`,         []],
    ['when its document holds a NUL', JSON.stringify({ query: DIRTY }),                                     []],
    ['when it has another parameter',        JSON.stringify({ query: ECHO, id: 1 }),                                []],
    ['when its variables are a list',        JSON.stringify({ query: ECHO, variables: [] }),                        []],
    ['when its extensions are a text',       JSON.stringify({ query: ECHO, extensions: 'a' }),                      []],
    ['when its operation is a number',       JSON.stringify({ query: ECHO, operationName: 1 }),                     []],
    ['when its query is a list',             JSON.stringify({ query: [ECHO] }),                                     []],
    ['when it is a list of requests',        JSON.stringify([{ query: ECHO }]),                                     []],
    ['when it is no JSON',                   '{',                                                                   []],
    ['when it begins with a mark',           `\ufeff${KNOWN}`,                                                      []],
    ['when it is empty',                     '',                                                                    []],
    ['when it is a form',                    KNOWN,                                                                 ['content-type: text/plain']],
    ['when it says more of its type',        KNOWN,                                                                 ['content-type: application/json; profile=x']],
    ['when it is compressed',                KNOWN,                                                                 ['content-encoding: gzip']],
    ['when it asks for a page first',        KNOWN,                                                                 ['accept: text/html, application/json']],
    ['when it weighs what it asks for',      KNOWN,                                                                 ['accept: application/json;q=0.5, application/graphql-response+json']],
    ['when it asks for what objects have',   KNOWN,                                                                 ['accept: __proto__, application/json']],
    ['when it is too large',                 KNOWN.padEnd(256 * 1024 + 1),                                          []],
  ])('%s', async (_when, body, headers) => {
    expect((await send(body, ...headers)).status).toBe(501);
    expect({ ran, left }).toEqual({ ran: 0, left: body });
  });

  test('when it doesn’t say how long it is', async () => {
    const chunk = `${KNOWN.length.toString(16)}\r\n${KNOWN}\r\n0\r\n\r\n`;
    const head = ['POST /graphql HTTP/1.1', 'content-type: application/json', 'transfer-encoding: chunked'];
    expect((await raw(url, head, chunk)).status).toBe(501);
    expect({ ran, left }).toEqual({ ran: 0, left: KNOWN });
  });

  test('when it isn’t UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from(`{"query":${JSON.stringify(ECHO)},"variables":{"text":"`),
      Buffer.from([0xff]),
      Buffer.from('"}}'),
    ]);
    expect((await raw(url, post(body), body)).status).toBe(501);
    expect(ran).toBe(0);
  });
});

test.each(['before its body is read', 'while its body is read'])('a client that leaves %s is waited for no longer', async when => {
  const plain = createFastPath(schema, documents, createExecutor(schema)).answer;
  const answered = new Promise<boolean>(resolve => {
    const slow = createServer(async (request, response) => {
      const gone = new Promise(closed => request.once('close', closed));
      const served = { requestId: 'r', log: createLog('silent') };
      if (when === 'before its body is read') await gone;
      const answer = plain(request, response, served, {} as Context);
      socket.destroy();
      resolve(await answer);
      slow.close();
    });
    const socket = new Socket();
    slow.listen(0, '127.0.0.1', () => {
      socket.connect((slow.address() as AddressInfo).port, '127.0.0.1');
      socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"query":');
      if (when === 'before its body is read') slow.once('request', () => socket.destroy());
    });
  });
  expect({ answered: await answered, ran }).toEqual({ answered: true, ran: 0 });
});

test('answers that are under way at the same time are whole, whatever their lengths', async () => {
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
