import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { MigrationError } from './migrate.ts';
import type { RuntimeRole } from './roles.ts';

/** PostgreSQL's own number of rounds for SCRAM. */
const ITERATIONS = 4096;

/**
 * Sets the password of an existing role. Only its SCRAM verifier is sent, as psql's `\password`
 * does, so that the password can't appear in the server's log.
 *
 * @param url a superuser's connection, or one with CREATEROLE and ADMIN on the role.
 * @throws {MigrationError}
 */
export async function setPassword(url: string, { name, password }: RuntimeRole): Promise<void> {
  if (!/^[\x21-\x7e]+$/.test(password))
    throw new MigrationError("Can't set the password: it may have ASCII letters, digits and signs only.");
  const client = new pg.Client({ connectionString: url, application_name: 'ipto-migrate' });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT rolsuper OR rolname = current_user AS refused FROM pg_roles WHERE rolname = $1', [name]);
    if (!rows[0]) throw new MigrationError(`Can't set the password: there is no role ${name}. \`npm run migrate\` creates it.`);
    if (rows[0].refused)
      throw new MigrationError(`Can't set the password: ${name} is not the gateway's role. Name that role in DATABASE_URL.`);
    await client.query(`ALTER ROLE ${pg.escapeIdentifier(name)} PASSWORD ${pg.escapeLiteral(verifier(password))}`);
  } finally {
    await client.end();
  }
}

/** What PostgreSQL stores of a password (RFC 5803). */
function verifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${keyed('Server Key').toString('base64')}`;
}
