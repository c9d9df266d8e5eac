#!/usr/bin/env node
import { createRequire } from 'node:module';
import { defineCommand, runMain } from 'citty';
import { showHelp } from './cli/help.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/** The commands of the command line, each loaded on use. */
const main = defineCommand({
  meta: { name: 'ipto', version, description: 'The GraphQL gateway of the IPTO data marketplace' },
  subCommands: {
    demo: () => import('./cli/demo.ts').then(({ demoCommand }) => demoCommand),
    start: () => import('./cli/start.ts').then(({ startCommand }) => startCommand),
    worker: () => import('./cli/worker.ts').then(({ workerCommand }) => workerCommand),
    migrate: () => import('./cli/migrate.ts').then(({ migrateCommand }) => migrateCommand),
    partition: () => import('./cli/partition.ts').then(({ partitionCommand }) => partitionCommand),
    role: () => import('./cli/role.ts').then(({ roleCommand }) => roleCommand),
    doctor: () => import('./cli/doctor.ts').then(({ doctorCommand }) => doctorCommand),
    audit: () => import('./cli/audit-verify.ts').then(({ auditCommand }) => auditCommand),
    webhook: () => import('./cli/webhook-keys.ts').then(({ webhookCommand }) => webhookCommand),
    billing: () => import('./cli/billing-verify.ts').then(({ billingCommand }) => billingCommand),
    explain: () => import('./cli/explain.ts').then(({ explainCommand }) => explainCommand),
  },
});

await runMain(main, { showUsage: showHelp });
