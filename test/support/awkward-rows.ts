import type { TestDatabase } from './database.ts';

/** JSON that JavaScript has to read with care. */
const STATE =
  String.raw`{ "__proto__": "quote ' \" \\ / \u2028 ﷽ 😀", "number": 12345678901234567890123, "small": 1e-9, "constructor": { "then": 1 },
  "nested": [{ "null": null, "list": [1, "a", [true]] }, {}] }`.replaceAll("'", "''");

/** Writes values that are hard to convert: odd texts, dates and keys, empty lists. */
export async function writeAwkwardRows({ sql }: Pick<TestDatabase, 'sql'>): Promise<void> {
  const first = (column: string, table: string) => `${column} = (SELECT min(${column}::text)::uuid FROM ${table})`;
  const last = (column: string, table: string) => `${column} = (SELECT max(${column}::text)::uuid FROM ${table})`;
  await sql(`BEGIN; SET LOCAL session_replication_role = replica;
    UPDATE person SET name = E'O''Brien "Ted" \\\\ %_ \\u2028 😀' WHERE ${first('id', 'person')};
    UPDATE person SET name = '$1', email = NULL, created_at = '0001-02-03 04:05:06.007+00' WHERE ${last('id', 'person')};
    UPDATE tenant SET next_plan_code = 'FREE', next_plan_due_at = '9999-12-31 23:59:59.999+00' WHERE ${first('tenant_id', 'tenant')};
    UPDATE tenant SET status_reason = NULL, billing_email = NULL WHERE ${last('tenant_id', 'tenant')};
    UPDATE audit_event SET state_before = '${STATE}', state_after = 'null' WHERE ${first('id', 'audit_event')};
    UPDATE audit_event SET state_before = NULL, state_after = '[]', at = '2026-01-01 00:00:00.1+00' WHERE ${last('id', 'audit_event')};
    ALTER TABLE plan DROP CONSTRAINT plan_features_check;
    UPDATE plan SET features = '{"a,b","c\\"d","NULL",""}' WHERE code = 'STARTER';
    COMMIT`);
}
