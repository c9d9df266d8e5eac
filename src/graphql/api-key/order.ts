import { type CursorCodec, decodeCursor, encodeCursor, invalidCursor } from '../core/cursor.ts';
import type { PageRange } from '../core/page.ts';

type Position = { readonly createdAt: Date; readonly id: string };

const POSITION = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Cursors of the order of creation. Ids of API keys are random, so the time comes first. */
export const cursors: CursorCodec<Position, Position> = {
  encode: ({ createdAt, id }) => encodeCursor(`${createdAt.toISOString()}/${id}`),
  decode(cursor) {
    const [, time = '', id = ''] = POSITION.exec(decodeCursor(cursor)) ?? [];
    const position = { createdAt: new Date(time), id };
    if (position.createdAt.getUTCFullYear() >= 1 && cursors.encode(position) === cursor) return position;
    throw invalidCursor();
  },
};

/** The Prisma arguments that read a page in the order of creation. */
export function creationOrder({ after, before, limit, backwards }: PageRange<Position>) {
  const direction = backwards ? ('desc' as const) : ('asc' as const);
  return {
    where: { AND: [...beyond('gt', after), ...beyond('lt', before)] },
    orderBy: [{ createdAt: direction }, { id: direction }],
    take: limit,
  };
}

const beyond = (than: 'gt' | 'lt', position: Position | null) =>
  position ? [{ OR: [{ createdAt: { [than]: position.createdAt } }, { createdAt: position.createdAt, id: { [than]: position.id } }] }] : [];
