import { writeFile } from 'node:fs/promises';
import { askingOf } from './asking.mjs';
import { compareBooks } from './books.mjs';
import { compare, staleAnswers } from './equality.mjs';
import { amountFor, load } from './load.mjs';
import { hasProc } from './proc.mjs';
import { jsonReport, markdownReport } from './report.mjs';
import { SERVERS, startServer } from './servers.mjs';
import { soak } from './soak.mjs';
import { lacks, requestsOf, WORKLOADS } from './workloads.mjs';

/** The servers that have a workload. Prints the others as SKIPPED. */
function serversFor(workload, servers, say) {
  const able = [];
  for (const server of servers) {
    const missing = lacks(workload, server);
    if (missing) say(`SKIPPED: ${server.title} has no operation for ${workload}: ${missing}`);
    else able.push(server);
  }
  return able;
}

/**
 * Starts everything, compares the responses, loads in rounds, and reports.
 *
 * @returns the exit code.
 */
export async function run({ options, issuer, database, size, say, undo }) {
  if (!hasProc) say('This system has no /proc: CPU and memory stay empty.');
  const asking = await askingOf(issuer, database, size);
  const servers = [];
  for (const name of options.servers) {
    say(`Starting ${SERVERS[name].title}`);
    const server = await startServer(name, { databaseUrl: database.url, jwksUri: issuer.jwksUri, tokenCache: options.tokenCache });
    undo.push(server.stop);
    servers.push(server);
  }
  const plan = [];
  for (const workload of options.workloads) plan.push([workload, serversFor(workload, servers, say)]);
  const skipped = plan.flatMap(([workload, able]) =>
    servers.filter(server => !able.includes(server)).map(({ name }) => ({ workload, server: name })),
  );
  const faults = await checkAnswers(plan, servers, database, asking, options, say);
  if (faults.length) {
    for (const fault of faults) say(`DIFFERENT: ${fault}`);
    say('The servers do not answer equally; nothing was measured.');
    return 1;
  }
  if (options.soak) return soak({ plan, servers, database, asking, options, say });
  const samples = await measure(plan, database, asking, options, say);
  const report = jsonReport({ options, size, samples, skipped, servers });
  const markdown = markdownReport(report);
  process.stdout.write(`\n${markdown}`);
  if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.markdown) await writeFile(options.markdown, markdown);
  return 0;
}

async function checkAnswers(plan, servers, database, asking, { short }, say) {
  say('Comparing the answers');
  const faults = [];
  for (const [workload, able] of plan) if (able.length) faults.push(...(await compare(able, workload, asking)));
  for (const [workload, able] of plan) if (workload === 'retrieve') faults.push(...(await compareBooks(able, database, asking)));
  const searchers = plan.find(([workload]) => workload === 'marketplace')?.[1] ?? [];
  const stale = await staleAnswers({ servers, searchers }, database, asking, short ? 2 : 10);
  faults.push(...stale.faults);
  say(`${stale.asked} answers right after a change of role, status or membership: ${stale.faults.length} stale`);
  return faults;
}

/** Requests that measure a server's rate before the warm-up. */
const FIRST = 500;

/** The steady rate, as a fraction of the slowest server's. */
const STEADY = 0.5;

/** The tables that a workload writes, which are vacuumed before each round. */
const WRITTEN = {
  rename: 'tenant, audit_event, audit_head',
  retrieve: 'usage_record, charge, earning, event_outbox, idempotency_key, retrieval_count',
};

/**
 * Rounds in turn: every server once, then again. A warm-up first lets V8 compile each server's
 * code; its rate sets the number of requests of a round.
 */
async function measure(plan, database, asking, { rounds, seconds, warmup, connections, steady }, say) {
  const samples = [];
  for (const [workload, able] of plan) {
    const loads = [];
    for (const server of able) {
      const requests = await requestsOf(workload, server.dialect, asking);
      const first = await load(server, requests, { amount: warmup ? FIRST : 40, connections, database });
      const warm = warmup ? await load(server, requests, { amount: amountFor(first, warmup), connections, database }) : first;
      loads.push({ server, requests, warm });
    }
    const rate = steady ? Math.min(...loads.map(({ warm }) => warm.throughput)) * STEADY : undefined;
    for (let round = 1; round <= rounds; round++)
      for (const { server, requests, warm } of loads) {
        const amount = amountFor(rate ? { throughput: rate } : warm, seconds);
        if (WRITTEN[workload]) await database.admin.query(`VACUUM (ANALYZE) ${WRITTEN[workload]}`);
        const sample = await load(server, requests, { amount, connections, rate, database });
        samples.push({ workload, server: server.name, round, ...sample });
        const cpu = sample.cpu === null ? '' : `, ${sample.cpu.toFixed(2)} CPU s/1,000`;
        say(
          `${workload} (${WORKLOADS[workload].about}) round ${round} of ${rounds}, ${server.title}: ${Math.round(sample.throughput)}/s${cpu}`,
        );
      }
  }
  return samples;
}
