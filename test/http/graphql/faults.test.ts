import { GraphQLEnumType, GraphQLError, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import { createAuthenticate } from '../../../src/http/auth/authenticate.ts';
import { openBudget } from '../../../src/http/budget/open.ts';
import { createGateway } from '../../../src/http/gateway.ts';
import { NO_TRUST } from '../../../src/http/graphql/trusted-documents.ts';
import { Streams } from '../../../src/http/live/streams.ts';
import { createLog } from '../../../src/http/server/log.ts';
import { queueLimits, RequestQueue } from '../../../src/http/server/request-queue.ts';
import { type RunningServer, startServer } from '../../../src/http/server/server.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { ask } from '../../support/gateway.ts';
import { SERVICES } from '../../support/services.ts';
import { keepLog, useServer } from '../server/serve.ts';

const SQL = 'SELECT canary FROM nowhere';
const fail = (error: unknown) => () => {
  throw error;
};
const state = new GraphQLEnumType({ name: 'State', values: { GOOD: {} } });
const field = (resolve: () => unknown, type: GraphQLEnumType | typeof GraphQLString = GraphQLString) => ({ type, resolve });

/** A schema whose resolvers fail in every way. */
const FAULTY = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      fine: field(() => 'fine'),
      throws: field(fail(new Error(`canary at /srv/gateway/src/secret.ts: ${SQL}`))),
      rejects: field(() => Promise.reject(new TypeError('canary'))),
      text: field(fail('canary')),
      nothing: field(fail(undefined)),
      database: field(fail(Object.assign(new Error('canary'), { code: '42P01', detail: 'canary', where: SQL }))),
      value: field(() => 'canary', state),
      graphql: field(fail(new GraphQLError('canary'))),
      wrapped: field(fail(new GraphQLError('canary', { originalError: new Error('canary') }))),
      missing: { type: new GraphQLNonNull(GraphQLString), resolve: () => null },
    },
  }),
});

const database = useDatabase();
let faulty: RunningServer;
let opened: Database;
const gateway = useServer(database);
const kept = keepLog();
beforeAll(async () => {
  opened = openDatabase(database.runtimeUrl);
  faulty = await startServer({ log: kept.log, host: '127.0.0.1', port: 0, isReady: async () => true });
  const authenticate = createAuthenticate({
    ...{ issuer: 'https://nobody.example', audience: 'a', algorithms: ['ES256'], tenantClaim: 'tenant', staffClaim: 'staff', clockSkew: 0 },
    keys: { keys: [] },
  });
  faulty.serve(
    createGateway({
      schema: FAULTY,
      database: opened,
      authenticate,
      services: SERVICES,
      queue: new RequestQueue(queueLimits()),
      budget: await openBudget(null, Date.now, createLog('silent')),
      introspection: 'signed-in',
      trust: NO_TRUST,
      live: new Streams({ database: opened, log: createLog('silent') }),
      corsOrigins: [],
    }),
  );
});
afterAll(async () => {
  await faulty?.stop(0);
  await opened?.close();
});

describe('an internal error', () => {
  test.each(['throws', 'rejects', 'text', 'nothing', 'database', 'value', 'graphql', 'wrapped'])(
    'in a resolver (%s) is reported without any detail, and logged with the request id',
    async name => {
      const requestId = `fault-${name}`;
      const answer = await ask(faulty.url, `{ fine ${name} }`, { headers: { 'x-request-id': requestId } });
      expect({ status: answer.status, ...JSON.parse(answer.text) }).toEqual({
        status: 200,
        data: { fine: 'fine', [name]: null },
        errors: [
          {
            message: 'Something went wrong on our side.',
            locations: [{ line: 1, column: 8 }],
            path: [name],
            extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
          },
        ],
      });
      const line = kept.lines().find(logged => logged.msg === 'a field failed' && logged.requestId === requestId);
      expect(line).toMatchObject({ level: 50, path: [name] });
    },
  );

  test('that leaves no response is reported the same way', async () => {
    const { data, errors } = await ask(faulty.url, '{ missing }');
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });

  test('in the database is reported without its SQL, tables or paths, and changes nothing', async () => {
    const { person, tenant } = fixtures(database);
    const ann = await person('Ann');
    await tenant('north', ann);
    await database.sql(`CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'canary in %', TG_TABLE_NAME; END $$`);
    await database.sql('CREATE TRIGGER broken BEFORE UPDATE ON tenant FOR EACH ROW EXECUTE FUNCTION broken()');
    try {
      const token = await gateway.tokens.sign({ sub: ann.subject });
      const headers = { 'x-request-id': 'broken-trigger' };
      const query = 'mutation { renameTenant(input: { name: "Not stored" }) { tenant { name } } }';
      // By yoga, as a new document is, and the plain way.
      for (let times = 0; times < 2; times += 1) {
        const { text, data, errors } = await gateway.ask(query, { token, headers });
        expect(data).toEqual({ renameTenant: null });
        expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'broken-trigger' } }]);
        expect(text).not.toMatch(/canary|tenant_|prisma|select|update|\.ts|node_modules| at /i);
      }
      expect(gateway.lines().find(line => line.requestId === 'broken-trigger' && line.err)).toBeDefined();
      expect(gateway.text()).not.toContain(token);
    } finally {
      await database.sql('DROP TRIGGER broken ON tenant; DROP FUNCTION broken()');
    }
    expect(await database.sql('SELECT name FROM tenant')).toEqual([{ name: 'Tenant north' }]);
  });

  test('before GraphQL runs is a 500 without any detail', async () => {
    await database.sql('ALTER FUNCTION crossing_memberships_of RENAME TO crossing_memberships_gone');
    try {
      const token = await gateway.tokens.sign({ sub: 'ann' });
      const { status, text, errors } = await gateway.ask('{ plans { code } }', { token, headers: { 'x-request-id': 'no-crossing' } });
      expect({ status, errors }).toEqual({
        status: 500,
        errors: [{ message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'no-crossing' } }],
      });
      expect(text).not.toContain('crossing_');
      expect(gateway.lines().find(line => line.requestId === 'no-crossing' && line.err)).toMatchObject({ level: 50 });
    } finally {
      await database.sql('ALTER FUNCTION crossing_memberships_gone RENAME TO crossing_memberships_of');
    }
  });
});
