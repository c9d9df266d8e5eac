import { openDatabase } from '../../src/database/index.ts';
import { systemClock } from '../../src/domain/core/services.ts';
import { SecretKeys } from '../../src/domain/webhook/secret-keys.ts';
import { createLog } from '../../src/http/server/log.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { webhookSender } from '../../src/webhook/sender.ts';
import { SERVICES } from '../../test/support/services.ts';

/** Runs a worker that sends webhooks to this machine, until it is killed or can't go on. */
const { DRILL_DATABASE_URL: url, DRILL_WEBHOOK_KEY: key } = process.env;
const database = openDatabase(url!);
await database.query('SELECT 1', []);
const mail = { send: async () => {} };
await startWorker({
  ...{ database, url: url!, log: createLog('silent') },
  dependencies: { clock: systemClock, mail, acceptUrl: 'https://drill.example', store: SERVICES.store },
  webhooks: { keys: new SecretKeys([Buffer.from(key!, 'base64')]), sender: webhookSender({ allowLoopback: true }), concurrency: 4 },
  onFailure: () => process.exit(1),
});
process.send!('at work');
process.on('disconnect', () => process.exit(0));
