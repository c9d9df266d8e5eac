import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { readDocumentsFile } from '../../src/http/graphql/documents-file.ts';
import { startTemporaryDemo, type TemporaryDemo } from './demo.ts';

const HOME = path.resolve(import.meta.dirname, '../../examples/dashboard');
const DIST = path.join(HOME, 'dist');
const MISSING = 'The dashboard is missing: build it as examples/dashboard/README.md says.';
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Whether the dashboard is built. If not, warns how to build it, or throws under CI. */
export function hasDashboard(): boolean {
  if (existsSync(path.join(DIST, 'index.html'))) return true;
  if (process.env.CI) throw new Error(MISSING);
  console.warn(MISSING);
  return false;
}

/** The built dashboard on a port of its own, and a demo that knows its trusted documents. */
export type RunningDashboard = TemporaryDemo & { readonly url: string };

export async function startDashboard(): Promise<RunningDashboard> {
  const documents = await readDocumentsFile(path.join(HOME, 'src/gql/persisted-documents.json'));
  const demo = await startTemporaryDemo({ documents });
  const index = await readFile(path.join(DIST, 'index.html'), 'utf8');
  const page = index.replace('content="http://127.0.0.1:4000"', `content="${demo.demo.url}"`);
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const file = path.join(DIST, pathname === '/' ? 'index.html' : pathname);
    const body = pathname === '/' ? page : await readFile(file).catch(() => null);
    response.writeHead(body ? 200 : 404, { 'content-type': TYPES[path.extname(file)] ?? 'text/plain' }).end(body ?? '');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    ...demo,
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      await demo.close();
    },
  };
}
