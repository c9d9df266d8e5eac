import { defineCommand } from 'citty';
import { demoConfig } from '../config.ts';
import { printedToken } from '../demo/token.ts';
import { fail } from './fail.ts';

/**
 * `token --as <email> [--tenant <slug or id>] [--expires <duration>]`: prints a token of the demo's
 * issuer and nothing else.
 */
export const tokenCommand = defineCommand({
  meta: { name: 'token', description: "Print a token of the demo's own issuer" },
  args: {
    as: { type: 'string', description: "A persona's e-mail address, or a newcomer's", valueHint: 'email' },
    tenant: { type: 'string', description: 'The tenant to act in, where no X-Tenant-Id header says so', valueHint: 'slug or id' },
    expires: { type: 'string', description: 'How long it is good for: 30s, 15m, 1h, 7d (1h without)', valueHint: 'duration' },
  },
  run: async ({ rawArgs }) => {
    process.stdout.write(`${await printedToken(rawArgs, demoConfig()).catch(fail)}\n`);
  },
});
