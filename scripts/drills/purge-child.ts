import { openDatabase } from '../../src/database/index.ts';
import { purgeTenant } from '../../src/domain/tenant/purge.ts';
import { filesIn } from '../../src/store/files.ts';

/** Purges one tenant in small batches, as if a month from now. */
const { DRILL_DATABASE_URL: url, DRILL_TENANT: tenantId, DRILL_BATCH: batch, DRILL_OBJECTS: objects } = process.env;
const database = openDatabase(url!, { poolSize: 1 });
await database.query('SELECT 1', []);
process.send!('at work');
const store = filesIn(objects!);
const clock = { now: () => new Date(Date.now() + 31 * 86_400_000) };
await purgeTenant(database.bind({ tenantId: tenantId!, personId: null }), { clock, store }, { batch: Number(batch) });
await database.close();
process.disconnect();
