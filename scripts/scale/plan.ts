import pg from 'pg';
import type { Query } from '../../src/database/index.ts';

/** The plan and cost of a statement inside a crossing, from PostgreSQL's auto_explain. */
export type Plan = {
  /** The indexes read and, as `seq <table>`, the tables scanned; sorted. */
  readonly reads: readonly string[];
  /** Pages read, from memory or not. */
  readonly buffers: number;
  /** Duration, ms. */
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

/** Opens a superuser's connection that reports the plan of every statement, in functions too. */
export async function explaining(adminUrl: string, tenantId: string) {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  const notes: string[] = [];
  client.on('notice', ({ message = '' }) => void notes.push(message));
  await client.query(`LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
    SET auto_explain.log_analyze = on; SET auto_explain.log_buffers = on; SET auto_explain.log_timing = off; SET auto_explain.log_format = json;
    SET client_min_messages = log; SELECT set_config('app.tenant_id', '${tenantId}', false)`);
  const ask: Query = async (text, values) => (await client.query(text, [...values])).rows;

  /** Runs a search and returns its result with the plan of its statement over `market_index`. */
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
    if (found.length !== 1) throw new Error(`${found.length} statements read market_index; expected 1`);
    const { time, Plan: root } = found[0]!;
    return {
      result,
      plan: { reads: [...new Set(readsOf(root))].sort(), buffers: root['Shared Hit Blocks'] + root['Shared Read Blocks'], time },
    };
  }
  return { explain, close: () => client.end() };
}
