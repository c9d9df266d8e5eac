import pg from 'pg';
import type { Query } from '../../src/database/index.ts';

/** What running a statement inside of a crossing took, as PostgreSQL itself tells it. */
export type Plan = {
  /** The indexes and, as `seq <table>`, the tables that were read, in alphabetical order. */
  readonly reads: readonly string[];
  /** Pages touched, in memory or not. */
  readonly buffers: number;
  /** How long it ran, ms. */
  readonly time: number;
};

type Node = {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Node[];
};
type Explained = {
  readonly 'Query Text': string;
  readonly Plan: Node & { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number };
};

const readsOf = (node: Node): readonly string[] => [
  ...(node['Index Name'] ? [node['Index Name']] : []),
  ...(node['Node Type'] === 'Seq Scan' ? [`seq ${node['Relation Name']}`] : []),
  ...(node.Plans ?? []).flatMap(readsOf),
];

/**
 * A superuser's connection that tells the plan of every statement that runs, also inside of
 * functions: what runs, and not a copy of it.
 */
export async function explaining(adminUrl: string, tenantId: string) {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  const notes: string[] = [];
  client.on('notice', ({ message = '' }) => void notes.push(message));
  await client.query(`LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_analyze = on; SET auto_explain.log_buffers = on; SET auto_explain.log_timing = off; SET auto_explain.log_format = json;
    SET client_min_messages = log; SELECT set_config('app.tenant_id', '${tenantId}', false)`);
  const ask: Query = async (text, values) => (await client.query(text, [...values])).rows;

  /**
   * Runs something, and answers with it the plan of its statement over the index that spans
   * tenants.
   */
  async function explain<T>(run: (ask: Query) => Promise<T>): Promise<{ readonly result: T; readonly plan: Plan }> {
    notes.length = 0;
    const result = await run(ask);
    const found = notes.flatMap(note => {
      const [, time, text] = /^duration: ([\d.]+) ms\s+plan:\s+(\{.*\})\s*$/s.exec(note) ?? [];
      if (!text) return [];
      const explained: Explained = JSON.parse(text);
      return /^SELECT .* FROM public\.market_index m JOIN public\.tenant t/.test(explained['Query Text'])
        ? [{ time: Number(time), ...explained }]
        : [];
    });
    if (found.length !== 1) throw new Error(`${found.length} statements read the index, where one was to`);
    const { time, Plan: root } = found[0]!;
    return {
      result,
      plan: { reads: [...new Set(readsOf(root))].sort(), buffers: root['Shared Hit Blocks'] + root['Shared Read Blocks'], time },
    };
  }
  return { explain, close: () => client.end() };
}
