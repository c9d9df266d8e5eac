import { defineCommand } from 'citty';
import { demoConfig } from '../config.ts';
import { printedToken } from '../demo/token.ts';
import { fail } from './fail.ts';

/**
 * `token --as <email> [--tenant <slug or id>] [--expires <duration>]`: prints a token of the demo's
 * issuer.
 */
export const tokenCommand = defineCommand({
  meta: { name: 'token', description: "Print a token of the demo's own issuer" },
  args: {
    as: { type: 'string', description: 'The e-mail address of a persona, or of a new person', valueHint: 'email' },
    tenant: { type: 'string', description: 'The tenant to act in, unless an X-Tenant-Id header names one', valueHint: 'slug or id' },
    expires: { type: 'string', description: 'How long it is valid: 30s, 15m, 1h, 7d (default 1h)', valueHint: 'duration' },
  },
  run: async ({ rawArgs }) => {
    process.stdout.write(`${await printedToken(rawArgs, demoConfig()).catch(fail)}\n`);
  },
});
