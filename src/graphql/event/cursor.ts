import { type CursorCodec, cursorsOf } from '../core/cursor.ts';

type Numbered = { readonly number: number };

/** The cursors of a tenant's events, by their numbers; that of 0 is before the first. */
export const EVENT_CURSORS: CursorCodec<Numbered, number> = cursorsOf<'number', number>({
  key: 'number',
  parse: text => (/^(0|[1-9]\d{0,9})$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : null),
});

/** The number that a cursor names; null without one. */
export const numberAfter = (cursor: string | null | undefined): number | null => (cursor == null ? null : EVENT_CURSORS.decode(cursor));
