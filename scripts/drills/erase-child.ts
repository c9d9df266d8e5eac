import { openDatabase } from '../../src/database/index.ts';
import { erasePeople } from '../../src/domain/person/erase-in-tenant.ts';

/** Erases people in one tenant, in small batches. */
const { DRILL_DATABASE_URL: url, DRILL_TENANT: tenantId, DRILL_BATCH: batch } = process.env;
const database = openDatabase(url!, { poolSize: 1 });
await database.query('SELECT 1', []);
process.send!('at work');
const clock = { now: () => new Date() };
await erasePeople(database.bind({ tenantId: tenantId!, personId: null }), { clock }, { batch: Number(batch) });
await database.close();
process.disconnect();
