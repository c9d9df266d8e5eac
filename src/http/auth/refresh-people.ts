import type { Query } from '../../database/index.ts';
import { type Profile, refreshPerson } from '../../database/queries/person.ts';

/**
 * Writes a person's name and address when a token of theirs is verified (SPEC R9), which is not at
 * each request. The request neither waits for it nor fails: what failed is written when the token
 * is verified again, after the issuer's keys were re-read, or with the person's next token.
 */
export function refreshPeople(query: Query, onFailure: (error: unknown) => void): (profile: Profile) => void {
  // Simultaneous requests verify a new token several times.
  const underWay = new Set<string>();
  return profile => {
    const key = JSON.stringify(profile);
    if (underWay.has(key)) return;
    underWay.add(key);
    refreshPerson(query, profile)
      .catch(onFailure)
      .finally(() => underWay.delete(key));
  };
}
