import type { DoctorConfig } from '../config.ts';
import { databaseGroup } from './database.ts';
import { type Finding, type Group, type Outcome, reason, unchecked } from './finding.ts';
import { issuerGroup } from './issuer.ts';
import { machineGroup } from './machine.ts';
import { mailGroup } from './mail.ts';
import { redisGroup } from './redis.ts';
import { settingsGroup } from './settings.ts';
import { standbysGroup } from './standbys.ts';
import { storeGroup } from './store.ts';
import { webhooksGroup } from './webhooks.ts';

const GROUPS: readonly Group[] = [
  machineGroup,
  settingsGroup,
  databaseGroup,
  standbysGroup,
  redisGroup,
  issuerGroup,
  storeGroup,
  mailGroup,
  webhooksGroup,
];

/** How long a group of checks may take, ms. */
const LIMIT_MS = 15_000;

/**
 * Checks settings, database, standbys, Redis, issuer, store and mail, all groups at once. It
 * changes nothing but an object of its own in the store, which it removes.
 */
export async function examine(config: DoctorConfig, groups: readonly Group[] = GROUPS, limit = LIMIT_MS): Promise<readonly Finding[]> {
  const found = await Promise.all(groups.map(group => within(limit, group, config)));
  const hide = hider(config.secrets);
  return found.flat().map(finding => ({ ...finding, what: hide(finding.what) }));
}

async function within(limit: number, { name, run }: Group, config: DoctorConfig): Promise<readonly Finding[]> {
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Finding[]>(resolve => {
    timer = setTimeout(() => resolve([unchecked(name, `no result within ${limit / 1_000} s`, 'run it again; look at the network')]), limit);
  });
  try {
    return await Promise.race([run(config, ending.signal), late]);
  } catch (error) {
    return [unchecked(name, reason(error), 'look at the network and the log of the other side')];
  } finally {
    clearTimeout(timer);
    ending.abort();
  }
}

/** Replaces secrets, which a server may repeat in its error messages. */
function hider(secrets: readonly string[]): (text: string) => string {
  const patterns = secrets
    .toSorted((a, b) => b.length - a.length)
    .map(secret => new RegExp(String.raw`(?<!\w)${secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?!\w)`, 'g'));
  return text => patterns.reduce((hidden, pattern) => hidden.replace(pattern, '***'), text);
}

/**
 * 0: all is well. 1: something is wrong. 2: nothing is known to be wrong, but not all could be
 * checked.
 */
export function exitCode(findings: readonly Finding[]): 0 | 1 | 2 {
  const has = (outcome: Outcome) => findings.some(finding => finding.outcome === outcome);
  return has('wrong') ? 1 : has('unchecked') ? 2 : 0;
}
