import { readFile, writeFile } from 'node:fs/promises';
import { type Client, ResponseError } from '@ipto/client';
import { Events, type EventsQuery } from './operations.ts';

export type Event = EventsQuery['tenant']['events']['events'][number];

/**
 * Handles the events since the last start, in order. The cursor is kept in a file once they are
 * handled: after a crash some are handled again, and none is left out.
 */
export async function handleEvents(client: Client, file: string, handle: (event: Event) => void): Promise<void> {
  let after = await readFile(file, 'utf8').catch(() => null);
  for (let hasMore = true; hasMore; ) {
    const part = await eventsAfter(client, after);
    // An event without a type isn't for this key.
    for (const event of part.events) if (event.type !== null) handle(event);
    await writeFile(file, part.next);
    [after, hasMore] = [part.next, part.hasMore];
  }
}

/** A part of the events; from the oldest on, if those after the cursor are no longer kept. */
async function eventsAfter(client: Client, after: string | null) {
  try {
    return (await client.data(Events, { after })).tenant.events;
  } catch (error) {
    const isGone = error instanceof ResponseError && error.errors.some(({ code }) => code === 'RESYNC');
    if (!isGone) throw error;
    return (await client.data(Events, { after: null })).tenant.events;
  }
}
