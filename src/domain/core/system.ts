import type { AuditEntry } from '../../database/queries/audit.ts';

/** Who does what falls due by itself. */
export const SYSTEM: AuditEntry['actor'] = { kind: 'system', id: 'ipto', name: 'IPTO' };
