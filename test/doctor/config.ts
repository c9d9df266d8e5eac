import { type DoctorConfig, doctorConfig } from '../../src/config.ts';
import type { Finding, Group } from '../../src/doctor/finding.ts';

/** What a group finds under these settings. */
export const findings = (group: Group, settings: Record<string, string>): Promise<readonly Finding[]> =>
  group.run(configOf(settings), AbortSignal.timeout(30_000));

export const configOf = (settings: Record<string, string>): DoctorConfig => doctorConfig(settings);

/** Findings as "outcome check: what", without those that are ok. */
export const complaints = (found: readonly Finding[]): readonly string[] =>
  found.filter(({ outcome }) => outcome !== 'ok').map(({ outcome, check, what }) => `${outcome} ${check}: ${what}`);
