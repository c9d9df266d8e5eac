import type { Fault } from './fault.ts';

/** Faults in what else the gateway needs. */
export const OTHER_FAULTS: readonly Fault[] = [
  {
    file: 'src/jobs/settle.ts',
    find: "  'log the counts of refusals': logRefusalCounts,\n",
    plant: '',
    tests: ['test/domain/audit/refusal-counts'],
  },
  {
    file: 'src/jobs/settle.ts',
    find: '  if (failures.length === 1) throw failures[0];\n',
    plant: '  if (failures.length) return;\n',
    tests: ['test/jobs'],
  },
  { file: 'src/jobs/settle.ts', find: '      failures.push(error);', plant: '      throw error;', tests: ['test/jobs/settle'] },
  { file: 'src/mail/recipient.ts', find: 'canonicalAddress(to) !== to', plant: 'false', tests: ['test/mail'] },
  { file: 'scripts/evolution/removal.ts', find: 'is >= was', plant: 'is !== was', tests: ['test/scripts/schema-check'] },
  {
    file: 'scripts/evolution/narrowing.ts',
    find: 'type.isOneOf && isInputObjectType(old)',
    plant: 'false && isInputObjectType(old)',
    tests: ['test/scripts/schema-check'],
  },
  {
    file: 'scripts/evolution/compare.ts',
    find: "type.startsWith('DIRECTIVE_USAGE_') ? undefined : ",
    plant: "type.startsWith('DIRECTIVE_') ? undefined : ",
    tests: ['test/scripts/schema-check'],
  },
];
