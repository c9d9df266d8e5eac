import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/index.ts';
import { createAuthenticate } from '../../src/http/auth/authenticate.ts';
import { openBudget } from '../../src/http/budget/open.ts';
import { createGateway } from '../../src/http/gateway.ts';
import { NO_TRUST } from '../../src/http/graphql/trusted-documents.ts';
import { Streams } from '../../src/http/live/streams.ts';
import { createLog } from '../../src/http/server/log.ts';
import { queueLimits, RequestQueue } from '../../src/http/server/request-queue.ts';
import { startServer } from '../../src/http/server/server.ts';
import { contextBuilder } from '../support/context-builder.ts';
import { fixtures, useDatabase } from '../support/database.ts';
import { AUDIENCE, ask, createIssuer } from '../support/gateway.ts';
import { SERVICES } from '../support/services.ts';

type Thing = { tenantId: string; name: string };

/**
 * A schema with a hole: a public field that leads to rows of any tenant. The fields of those rows
 * are guarded.
 */
function holed(rows: () => readonly Thing[]) {
  const builder = contextBuilder();
  const Type = builder.objectRef<Thing>('Thing').implement({
    tenantOf: (row: Thing) => row.tenantId,
    fields: t => ({ name: t.exposeString('name', { policy: 'member:list', nullable: true }) }),
  });
  builder.queryType();
  builder.queryField('things', t => t.field({ type: [Type], policy: 'public', resolve: () => [...rows()] }));
  return builder.toSchema();
}

describe('a row of another tenant that is reached through a guarded field', () => {
  const own = useDatabase();
  let database: Database;
  let server: Awaited<ReturnType<typeof startServer>>;
  const written: string[] = [];
  let askAs: (role: 'viewer' | 'operator') => ReturnType<typeof ask>;

  beforeAll(async () => {
    database = openDatabase(own.runtimeUrl);
    const make = fixtures(own);
    const [owner, viewer, operator] = [await make.person('Owner'), await make.person('Viewer'), await make.person('Operator')];
    const mine = await make.tenant('mine', owner);
    const theirs = await make.tenant('theirs', owner);
    await make.member(mine, viewer, ['viewer']);
    await make.member(mine, operator, ['operator']);
    const issuer = await createIssuer();
    const authenticate = createAuthenticate({
      issuer: issuer.issuer,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      tenantClaim: 'tenant',
      staffClaim: 'ipto_staff',
      clockSkew: 5,
      keys: issuer.jwks,
    });
    const schema = holed(() => [
      { tenantId: mine.id, name: 'My thing' },
      { tenantId: theirs.id, name: 'Their thing' },
    ]);
    const log = createLog('info', { write: (text: string) => void written.push(text) });
    server = await startServer({ log, host: '127.0.0.1', port: 0, isReady: async () => true });
    server.serve(
      createGateway({
        schema,
        database,
        authenticate,
        services: SERVICES,
        queue: new RequestQueue(queueLimits()),
        budget: await openBudget(null, Date.now, createLog('silent')),
        introspection: 'signed-in',
        trust: NO_TRUST,
        live: new Streams({ database: database, log: createLog('silent') }),
        corsOrigins: [],
      }),
    );
    askAs = async role => {
      const token = await issuer.sign({ sub: role === 'viewer' ? viewer.subject : operator.subject });
      return ask(server.url, '{ things { name } }', { token });
    };
  });
  afterAll(async () => {
    await server?.stop();
    await database?.close();
  });

  test('is not returned; no refusal explains it, and the log has an error', async () => {
    const { status, data, errors, text, headers } = await askAs('viewer');
    const requestId = headers.get('x-request-id');
    expect(status).toBe(200);
    expect(data).toEqual({ things: [{ name: 'My thing' }, { name: null }] });
    expect(errors).toEqual([
      {
        message: 'Something went wrong on our side.',
        locations: [{ line: 1, column: 12 }],
        path: ['things', 1, 'name'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
      },
    ]);
    expect(text).not.toContain('Their thing');
    const logged = written
      .join('')
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line))
      .filter(line => line.requestId === requestId && line.path !== '/graphql');
    expect(logged).toMatchObject([{ level: 50, path: ['things', 1, 'name'], err: { message: 'Thing.name met a row of another tenant' } }]);
    expect(written.join('')).not.toContain('Their thing');
  });

  test('is refused like any other row to callers without the permission', async () => {
    const { data, errors } = await askAs('operator');
    expect(data).toEqual({ things: [{ name: null }, { name: null }] });
    expect(errors.map(({ path, extensions: { because } }) => ({ path, because }))).toEqual([
      { path: ['things', 0, 'name'], because: 'ROLE' },
      { path: ['things', 1, 'name'], because: 'ROLE' },
    ]);
  });
});
