import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { askingOf } from './lib/asking.mjs';
import { startDatabase } from './lib/database.mjs';
import { DOCUMENTS, deep } from './lib/documents.mjs';
import { startIssuer } from './lib/issuer.mjs';
import { load } from './lib/load.mjs';
import { chosen } from './lib/options.mjs';
import { plot } from './lib/plot.mjs';
import { SERVERS, startServer } from './lib/servers.mjs';
import { personAt, requestFor } from './lib/workloads.mjs';

/**
 * A small tenant's data, many times. The second database differs in the number of tenants alone.
 */
const SIZE = { tenants: 200, people: 12_000, members: 20, datasets: 5, usages: 1_000 };
const MANY_TENANTS = 20_000;

/** Tenants that grew: their number, and how many members they have. */
const GROWN = [
  [0, 10],
  [1, 100],
  [2, 1_000],
  [3, 10_000],
];
/** Members of one tenant who got more roles: their place, and the roles. */
const LADEN = [
  [5, ['viewer']],
  [6, ['viewer', 'operator', 'buyer_manager']],
  [7, ['viewer', 'operator', 'buyer_manager', 'seller_manager', 'admin']],
];
const LADEN_TENANT = 6;
/** The gateway's largest page; it refuses a larger one. */
const PAGE_MOST = { ours: 100 };

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    requests: { type: 'string', default: '300' },
    warmup: { type: 'string', default: '150' },
    svg: { type: 'string', default: 'docs/growth.svg' },
    json: { type: 'string' },
  },
});
const names = chosen(values.only, Object.keys(SERVERS), 'server');
const [amount, warmup] = [Number(values.requests), Number(values.warmup)];
const say = line => process.stderr.write(`${line}\n`);

const page = (first, tenants, size) => server => ({
  query: DOCUMENTS.members[server.dialect],
  callers: tenants.map(tenant => ({ tenant, person: personAt(tenant, 0, size), variables: { first } })),
});
const others = Array.from({ length: 30 }, (_, at) => at + 10);

/** The series: what grows, and along what. Each point is an operation and its callers. */
const series = size => [
  {
    ...{ name: 'page size', unit: 'members in a page' },
    points: [10, 100, 1_000].map(first => ({
      x: first,
      of: server => (first > (PAGE_MOST[server.name] ?? first) ? null : page(first, [3], size)(server)),
    })),
  },
  {
    name: 'members in the tenant',
    unit: 'members, a page of 20',
    points: GROWN.map(([tenant, x]) => ({ x, of: page(Math.min(x, 20), [tenant], size) })),
  },
  {
    ...{ name: 'depth', unit: 'levels asked for' },
    points: [1, 2, 3, 4].map(x => ({
      x,
      of: server =>
        server.name === 'limit'
          ? null
          : {
              query: deep(server.dialect, x),
              callers: others.map(tenant => ({ tenant, person: personAt(tenant, 0, size), variables: {} })),
            },
    })),
  },
  {
    ...{ name: 'roles', unit: 'roles of the caller' },
    points: LADEN.map(([place, roles]) => ({
      x: roles.length,
      of: server => ({
        query: DOCUMENTS.viewer[server.dialect],
        callers: [{ tenant: LADEN_TENANT, person: personAt(LADEN_TENANT, place, size), variables: {} }],
      }),
    })),
  },
];

/** Lets some tenants grow and some members carry more roles. */
async function grow({ admin }, { members, people }) {
  for (const [tenant, count] of GROWN)
    await admin.query(
      `INSERT INTO membership (tenant_id, id, person_id, roles, created_at)
       SELECT bench.id('tenant', $1), bench.id('grown', $1 * 100000::bigint + k), bench.id('person', ($1 * 25 + k) % $3::int), '{viewer}', bench.moment(k)
       FROM generate_series($2::int, $4::int - 1) AS k`,
      [tenant, members, people, count],
    );
  await admin.query("DELETE FROM membership WHERE tenant_id = bench.id('tenant', 0) AND id >= bench.id('membership', 10)");
  for (const [place, roles] of LADEN)
    await admin.query(
      "UPDATE membership SET roles = $3 WHERE tenant_id = bench.id('tenant', $1) AND person_id = bench.id('person', ($1 * 25 + $2) % $4::int)",
      [LADEN_TENANT, place, roles, people],
    );
  await admin.query('VACUUM (ANALYZE)');
}

/** Measures series on one database. */
async function measure(list, { issuer, size, prepare = async () => {} }) {
  const database = await startDatabase(size, say);
  const servers = [];
  try {
    await prepare(database, size);
    const asking = await askingOf(issuer, database, size);
    for (const name of names)
      servers.push(await startServer(name, { databaseUrl: database.url, jwksUri: issuer.jwksUri, tokenCache: true }));
    const results = [];
    for (const { name, unit, points } of list) {
      const lines = [];
      for (const server of servers) {
        const line = [];
        for (const { x, of } of points) {
          const what = of(server);
          if (!what) {
            say(`SKIPPED: ${server.title} does not answer ${name} ${x}`);
            continue;
          }
          const requests = await Promise.all(what.callers.map(caller => requestFor(what.query, caller, asking)));
          await load(server, requests, { amount: warmup, connections: 20, database });
          const { cpu, postgresCpu, p50 } = await load(server, requests, { amount, connections: 20, database });
          line.push({ x, cpu, postgresCpu, p50 });
          say(
            `${name} ${x}, ${server.title}: ${cpu?.toFixed(2) ?? 'n/a'} CPU s/1,000, PostgreSQL ${postgresCpu?.toFixed(2) ?? 'n/a'}, p50 ${p50} ms`,
          );
        }
        lines.push({ server: server.name, title: server.title, points: line });
      }
      results.push({ name, unit, lines });
    }
    return results;
  } finally {
    for (const server of servers) await server.stop();
    await database.stop();
  }
}

const tenants = count => [{ name: 'tenants', unit: 'tenants, a page of 20', points: [{ x: count, of: page(20, others, SIZE) }] }];
const issuer = await startIssuer();
try {
  const first = await measure([...tenants(SIZE.tenants), ...series(SIZE)], { issuer, size: SIZE, prepare: grow });
  const [many] = await measure(tenants(MANY_TENANTS), { issuer, size: { ...SIZE, tenants: MANY_TENANTS } });
  for (const line of first[0].lines) line.points.push(...many.lines.find(({ server }) => server === line.server).points);
  await writeFile(values.svg, plot(first));
  if (values.json) await writeFile(values.json, `${JSON.stringify(first, null, 2)}\n`);
  say(`Written: ${values.svg}`);
} finally {
  await issuer.stop();
}
