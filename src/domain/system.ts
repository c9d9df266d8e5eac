import type { AuditEntry } from '../database/audit.ts';

/** Who does what falls due by itself. */
export const SYSTEM: AuditEntry['actor'] = { kind: 'system', id: 'ipto', name: 'IPTO' };
