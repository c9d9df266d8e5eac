import { type Group, ok, skipped } from './finding.ts';

const CHECK = 'webhooks';

/** Whether webhooks can be created and sent. A key that is malformed is a fault of the settings. */
export const webhooksGroup: Group = {
  name: CHECK,
  run: async ({ values: { WEBHOOK_KEYS: keys = [], WEBHOOK_ALLOW_LOOPBACK: isLocal = false } }) => [
    keys.length
      ? ok(CHECK, `${keys.length === 1 ? 'one key' : 'two keys; after `ipto webhook rotate-keys` the first is enough'}`)
      : skipped(CHECK, "WEBHOOK_KEYS isn't set: webhooks can be neither created nor sent"),
    ...(isLocal ? [skipped(CHECK, 'WEBHOOK_ALLOW_LOOPBACK is for tests: webhooks can reach servers on this machine')] : []),
  ],
};
