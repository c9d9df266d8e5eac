import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSources } from '../test/cli/command.ts';
import { startDemo } from '../test/demo/run.ts';
import { pageText } from '../test/support/commands.ts';
import { develop } from './first-hour/dashboard.ts';
import { explore } from './first-hour/explorer.ts';
import { countCommands, Hour } from './first-hour/hour.ts';
import { connect } from './first-hour/partner.ts';

/**
 * Goes the ways of three newcomers, command by command as the pages have them, at one demo: an
 * explorer, a partner and a dashboard developer. Prints how many commands each typed and how long
 * they took. Fails at the first command that fails, and at a warning of npm. `--only NAME` goes the
 * way of one.
 */
process.env.npm_config_strict_allow_scripts = 'true';
const WAYS = { explorer: explore, partner: connect, 'dashboard developer': develop };

const seconds = (from: number) => Math.round((performance.now() - from) / 1000);

/** The README's commands that start the demo; all three type them. */
const first = countCommands(/```sh\n(.*)\n/.exec(pageText('README.md'))![1]!);

const folder = await mkdtemp(join(tmpdir(), 'ipto-hour-'));
const began = performance.now();
const demo = await startDemo(startSources, join(folder, 'home'));
console.log(`the demo started in ${seconds(began)} s`);
try {
  for (const [name, go] of Object.entries(WAYS)) {
    if (process.argv.includes('--only') && !name.startsWith(process.argv.at(-1)!)) continue;
    const start = performance.now();
    const hour = new Hour({ url: demo.url, directory: join(folder, 'home') }, folder);
    try {
      await go(hour);
    } finally {
      hour.end();
    }
    console.log(`${name}: ${first + hour.commands} commands, ${seconds(start)} s after the demo had started`);
  }
} finally {
  await demo.command.kill('SIGINT');
  await rm(folder, { recursive: true, force: true });
}
