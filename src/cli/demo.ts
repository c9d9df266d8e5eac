import { log as say, spinner } from '@clack/prompts';
import { defineCommand } from 'citty';
import { type DemoConfig, demoConfig } from '../config.ts';
import { budgetOf } from '../config-budget.ts';
import { settingsOf } from '../config-life.ts';
import { metricsAddressOf, traceSettingsOf } from '../config-observe.ts';
import { type Demo, startDemo } from '../demo/demo.ts';
import { homeDirectory } from '../demo/home.ts';
import { DEMO_TENANTS, PERSONAS } from '../demo/personas.ts';
import { GRAPHQL } from '../http/gateway.ts';
import { readDocumentsFile } from '../http/graphql/documents-file.ts';
import { ACCESS } from '../http/routes/pages/pages.ts';
import { createLog } from '../http/server/log.ts';
import { fail, orFail } from './fail.ts';
import { stopOnSignal } from './stop-on-signal.ts';

/** `npm run demo [-- --reset]`. */
export const demoCommand = defineCommand({
  meta: { name: 'demo', description: 'Run everything on this machine: a database, tenants, people and the explorer' },
  args: { reset: { type: 'boolean', description: 'Start over with an empty database and a new key' } },
  run: ({ args }) => orFail(() => run(demoConfig(), args.reset === true)),
});

async function run(config: DemoConfig, reset: boolean) {
  const began = performance.now();
  const progress = createProgress();
  const demo = await startDemo({
    directory: homeDirectory(config),
    host: config.HOST,
    port: config.PORT,
    corsOrigins: config.CORS_ORIGINS,
    log: createLog(config.LOG_LEVEL),
    reset,
    settings: settingsOf(config),
    budget: budgetOf(config),
    introspection: config.INTROSPECTION,
    documents: config.TRUSTED_DOCUMENTS_FILE === undefined ? new Map() : await readDocumentsFile(config.TRUSTED_DOCUMENTS_FILE),
    metrics: metricsAddressOf(config),
    traces: traceSettingsOf(config),
    onProgress: progress.step,
  }).catch(error => {
    progress.end('The demo did not start.');
    throw error;
  });
  stopOnSignal(demo.stop, fail);
  progress.end(`Ready in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  process.stdout.write(await welcome(demo));
}

/** Shows progress: a spinner on a terminal, lines elsewhere. */
function createProgress() {
  if (!process.stdout.isTTY) return { step: (step: string) => say.step(step), end: (line: string) => say.success(line) };
  const spin = spinner();
  spin.start('Starting');
  return { step: (step: string) => spin.message(step), end: (line: string) => spin.stop(line) };
}

async function welcome({ url, issuer, mailbox }: Demo): Promise<string> {
  const token = async (email: string) => issuer.sign({ email, expiresIn: 3600 });
  const curl = (headers: readonly string[], query: string) =>
    [
      `curl -s ${url}${GRAPHQL} -H 'content-type: application/json'`,
      ...headers.map(header => `-H '${header}'`),
      `-d '${JSON.stringify({ query })}'`,
    ].join(' \\\n  ');
  const owner = `authorization: Bearer ${await token('owner@northwind.example')}`;
  const viewer = `authorization: Bearer ${await token('viewer@northwind.example')}`;
  const column = Math.max(...DEMO_TENANTS.map(({ slug }) => slug.length));
  return `
  Explorer   ${url}${GRAPHQL}
  May I?     ${url}${ACCESS}
  Endpoint   ${url}${GRAPHQL}   (POST)
  Mail       ${mailbox}

  Tenants    ${DEMO_TENANTS.map(({ slug, plan, status }) => `${slug.padEnd(column)}  ${plan.toLowerCase()}, ${status.replace('_', ' ')}`).join('\n             ')}

  People     <role>@<tenant>.example, such as owner@northwind.example; contoso has an owner and a viewer only
             sam@people.example, in three tenants; staff@ipto.example, platform staff (${PERSONAS.length} people in all)
             A token: npm run --silent token -- --as owner@northwind.example

The plan catalogue, which needs no token:

${curl([], '{ plans { code memberLimit support } }')}

A tenant and its members, as its owner:

${curl([owner], '{ tenant { name status memberships(first: 3) { totalCount edges { node { roles user { name email } } } } } }')}

The same as a viewer; a refused field says why:

${curl([viewer], '{ tenant { name billingEmail memberships(first: 3) { edges { node { user { name email } } } } } }')}

Ctrl-C stops everything, the database included.
`;
}
