import type { Operation } from '../operation.ts';
import { INVITATION } from './invitation.ts';
import { MEMBER } from './member.ts';
import { OWNERSHIP } from './ownership.ts';
import { PLAN } from './plan.ts';
import { STAFF } from './staff.ts';
import { TENANT } from './tenant.ts';

/** Every mutation of the schema. */
export const OPERATIONS: readonly Operation[] = [...TENANT, ...INVITATION, ...MEMBER, ...OWNERSHIP, ...PLAN, ...STAFF];
