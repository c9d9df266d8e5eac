import { defineConfig } from 'prisma/config';

// Prisma would download its schema engine; `generate`, `validate` and `format` don't use it, and
// accept any executable here. `prisma migrate` must not be used under this setting: it exits 0
// having done nothing. See docs/decisions/0003-migrations.md.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
