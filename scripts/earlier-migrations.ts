import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type MigrateOptions, migrate, migrationsIn } from '../src/database/admin/migrate.ts';

/** The migration that puts the large tables of an empty database into partitions. */
export const LARGE_TABLES = '20261201110000_large_tables';

const FOLDER = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

/** Applies the migrations before one of them. */
export async function migrateBefore(options: MigrateOptions, first: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ipto-earlier-'));
  try {
    cpSync(FOLDER, folder, { recursive: true });
    for (const name of migrationsIn().filter(name => name >= first)) rmSync(path.join(folder, name), { recursive: true });
    await migrate({ ...options, folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
