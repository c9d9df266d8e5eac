import { createLog } from '../../../src/http/server/log.ts';
import { type Running, type StartOptions, startGateway } from '../../../src/main.ts';
import type { TestDatabase } from '../../support/database.ts';
import { type Answer, ask, createIssuer, type Query, type TestIssuer, tokenOptions } from '../../support/gateway.ts';
import { useResource } from '../../support/resource.ts';
import { SERVICES } from '../../support/services.ts';

/** A line of the log, as it is read by a machine. */
export type Line = Readonly<Record<string, unknown>> & { readonly msg?: string; readonly requestId?: string };

export type LogLines = {
  /** The lines so far, parsed. */
  lines(): readonly Line[];
  /** Everything that was written, as it was written. */
  text(): string;
};

/** A log that is kept in memory, at the most talkative level. */
export function keepLog() {
  const written: string[] = [];
  const log = createLog('trace', { write: text => void written.push(text) });
  const text = () => written.join('');
  const lines = () =>
    text()
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Line);
  return { log, text, lines };
}

export type Served = Running &
  LogLines & {
    readonly tokens: TestIssuer;
    ask(query: string, options?: Query): Promise<Answer>;
  };

/** A gateway on `database` for a test file; see {@link useResource}. */
export const useServer = (database: Pick<TestDatabase, 'runtimeUrl'>, options: Partial<StartOptions> = {}): Served =>
  useResource(
    () => serve({ databaseUrl: database.runtimeUrl, ...options }),
    gateway => gateway.stop(),
  );

/** The gateway with a recorded log, and a test's own settings. */
export async function serve({ databaseUrl, ...settings }: Partial<StartOptions> & Pick<StartOptions, 'databaseUrl'>): Promise<Served> {
  const tokens = await createIssuer();
  const { log, text, lines } = keepLog();
  const running = await startGateway({
    log,
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    databaseUrl,
    services: SERVICES,
    tokens: tokenOptions(tokens),
    budget: null,
    ...settings,
  });
  return { ...running, tokens, text, lines, ask: (query, options) => ask(running.url, query, options) };
}
