import { type Finding, type Group, ok, skipped, wrong } from './finding.ts';

const FIX = 'docs/settings.md describes it';

export const settingsGroup: Group = {
  name: 'settings',
  run: async ({ faults, isWorker }) => [
    ...found('settings of the gateway', faults.gateway),
    ...(isWorker
      ? found('settings of the worker', faults.worker)
      : [skipped('settings of the worker', 'neither SMTP_URL, MAIL_FROM nor INVITATION_URL is set')]),
  ],
};

const found = (check: string, faults: readonly string[]): readonly Finding[] =>
  faults.length ? faults.map(fault => wrong(check, fault, FIX)) : [ok(check, 'complete')];
