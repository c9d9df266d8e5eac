import type { AuditEntry } from '../../database/queries/audit.ts';

/** The actor of events that jobs record. */
export const SYSTEM: AuditEntry['actor'] = { kind: 'system', id: 'ipto', name: 'IPTO' };
