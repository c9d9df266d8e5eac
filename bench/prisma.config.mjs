import { defineConfig } from 'prisma/config';

// As in the gateway's own: Prisma would download its schema engine, which `generate` doesn't use.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({ schema: 'prisma/schema.prisma' });
