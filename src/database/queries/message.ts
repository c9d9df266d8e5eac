import type { Query } from '../driver/query.ts';

/** The messages to an address and by the bound person that are looked for, in all tenants. */
export type MessageSearch = {
  readonly address: string;
  readonly recipientLimit: number;
  readonly personLimit: number;
  readonly since: Date;
};

/**
 * Whether the address got as many messages as the limit, and when the bound person sent the oldest
 * of as many as their limit; null if they sent fewer. Others who write to the address, or as the
 * person, wait until this transaction ends.
 */
export async function countMessages(
  query: Query,
  { address, recipientLimit, personLimit, since }: MessageSearch,
): Promise<{ readonly isFull: boolean; readonly personSentAt: Date | null }> {
  const [row] = await query<{ isFull: boolean; personSentAt: Date | null }>(
    'SELECT is_full AS "isFull", sent_at AS "personSentAt" FROM crossing_messages($1, $2::int, $3::int, $4::timestamptz)',
    [address, recipientLimit, personLimit, since],
  );
  return row!;
}
