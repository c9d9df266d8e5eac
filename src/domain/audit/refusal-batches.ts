type Batch = { size: number; isOpen: boolean; readonly written: Promise<void> };

/** The latest batch of each kind, until it is written. */
const latest = new Map<string, Batch>();

/**
 * Counts one refusal of a kind: it joins those that wait for the write before them, and is written
 * together with them. So a flood of one kind takes one connection at a time.
 *
 * @param write writes so many refusals.
 */
export function inBatches(kind: string, write: (refusals: number) => Promise<void>): Promise<void> {
  const previous = latest.get(kind);
  if (previous?.isOpen) {
    previous.size += 1;
    return previous.written;
  }
  const writeBatch = async () => {
    await previous?.written.catch(() => {}); // told to the callers of that batch
    batch.isOpen = false;
    await write(batch.size).finally(() => latest.get(kind) === batch && latest.delete(kind));
  };
  const batch: Batch = { size: 1, isOpen: true, written: Promise.resolve().then(writeBatch) };
  latest.set(kind, batch);
  return batch.written;
}
