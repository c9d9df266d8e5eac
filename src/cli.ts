import { defineCommand, runMain } from 'citty';

/** The commands of the command line, each loaded on use. */
const main = defineCommand({
  meta: { name: 'ipto', description: 'The GraphQL gateway of the IPTO data marketplace' },
  subCommands: {
    demo: () => import('./cli/demo.ts').then(({ demoCommand }) => demoCommand),
    start: () => import('./cli/start.ts').then(({ startCommand }) => startCommand),
    migrate: () => import('./cli/migrate.ts').then(({ migrateCommand }) => migrateCommand),
    worker: () => import('./cli/worker.ts').then(({ workerCommand }) => workerCommand),
    audit: () => import('./cli/audit-verify.ts').then(({ auditCommand }) => auditCommand),
    billing: () => import('./cli/billing-verify.ts').then(({ billingCommand }) => billingCommand),
    explain: () => import('./cli/explain.ts').then(({ explainCommand }) => explainCommand),
  },
});

await runMain(main);
