import pg from 'pg';
import type { ScriptDatabase } from '../database.ts';
import type { PageStatement } from './pages.ts';

type Node = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly 'Actual Loops'?: number;
  readonly Plans?: readonly Node[];
};
type Explained = { readonly Plan: Node & { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number } };

const LARGE = /^(usage_record|charge|earning|audit_event)/;

/** The large tables and partitions that a plan read, not those that it left out when it ran. */
const readsOf = (node: Node): readonly string[] => [
  ...(LARGE.test(node['Relation Name'] ?? '') && node['Actual Loops'] !== 0 ? [node['Relation Name']!] : []),
  ...(node.Plans ?? []).flatMap(readsOf),
];

/**
 * Opens a connection that runs statements as the gateway's role does, prepared and bound, and tells
 * which partitions they read.
 */
export async function explainingPages({ adminUrl, runtimeUrl }: ScriptDatabase) {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  const notes: string[] = [];
  client.on('notice', ({ message = '' }) => void notes.push(message));
  await client.query(`LOAD 'auto_explain'; SET auto_explain.log_analyze = on; SET auto_explain.log_buffers = on; SET auto_explain.log_timing = off;
    SET auto_explain.log_format = json; SET client_min_messages = log; SET ROLE ${pg.escapeIdentifier(new URL(runtimeUrl).username)}`);
  let names = 0;

  async function explain({ text, values, tenantId, personId }: PageStatement, runs: number) {
    names += 1;
    const statement = { name: `page_${names}`, text, values: [...values] };
    await client.query("SELECT set_config('app.tenant_id', $1, false), set_config('app.person_id', $2, false)", [tenantId, personId]);
    const run = async () => {
      const since = performance.now();
      await client.query(statement);
      return performance.now() - since;
    };
    const explainEach = (limit: number) =>
      client.query(
        `RESET ROLE; SET auto_explain.log_min_duration = ${limit}; SET ROLE ${pg.escapeIdentifier(new URL(runtimeUrl).username)}`,
      );
    const times: number[] = [];
    for (let n = 0; n < runs; n += 1) times.push(await run());
    await explainEach(0);
    notes.length = 0;
    await run();
    await explainEach(-1);
    const explained = notes.flatMap(note => {
      const [, plan] = /^duration: [\d.]+ ms\s+plan:\s+(\{.*\})\s*$/s.exec(note) ?? [];
      return plan ? [JSON.parse(plan) as Explained] : [];
    });
    return {
      partitions: [...new Set(explained.flatMap(({ Plan }) => readsOf(Plan)))].sort(),
      buffers: explained.reduce((sum, { Plan }) => sum + Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'], 0),
      // The median, once PostgreSQL has chosen between a generic plan and one for each execution.
      time: times.slice(-Math.ceil(runs / 2)).sort((a, b) => a - b)[Math.floor(runs / 4)]!,
    };
  }
  return { explain, close: () => client.end() };
}
