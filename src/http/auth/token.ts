import type { Profile } from '../../database/queries/person.ts';

/** The claims of a verified token: the person, and the tenant they chose. Never their roles. */
export type Token = { readonly profile: Profile; readonly staff: boolean; readonly tenant: string | null };
