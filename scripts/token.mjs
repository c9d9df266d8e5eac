// `npm run token -- --as <email>`: asks the running demo for a token and prints it. It is plain
// JavaScript without packages: it runs before every `curl`, and starts in a tenth of a second.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const WAIT_MS = 10_000;
const directory = resolve(process.env.IPTO_HOME || fileURLToPath(new URL('../.ipto', import.meta.url)));
const unlessRunning = `Start it with \`npm run demo\`, or set IPTO_HOME to the folder of the demo.`;

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** The demo's address, which it keeps in its folder while it runs. */
function address() {
  try {
    return readFileSync(join(directory, 'address'), 'utf8');
  } catch {
    const isKnown = existsSync(join(directory, 'issuer-key.json'));
    return fail(`No demo ${isKnown ? 'is running' : 'has run'} in ${directory}. ${unlessRunning}`);
  }
}

const url = address();
const answer = await fetch(`${url}/demo/token`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ home: realpathSync(directory), args: process.argv.slice(2) }),
  signal: AbortSignal.timeout(WAIT_MS),
})
  .then(response => response.json())
  .catch(() => ({ error: `No demo is running in ${directory}: nothing answers at ${url}. ${unlessRunning}` }));
if (!answer.token) fail(answer.error);
process.stdout.write(`${answer.token}\n`);
