import { renderUsage, type showUsage } from 'citty';

/** What `--help` says beside the arguments. `exits` are the exit codes; 0 and 1 if left out. */
type Help = { readonly text: string; readonly example: string; readonly exits?: string };

const VERIFY_EXITS = '0  all agree\n1  some do not\n2  they could not be checked';

const HELP: Readonly<Record<string, Partial<Help>>> = {
  ipto: {
    text: 'Settings are environment variables: docs/settings.md.\nFirst `ipto migrate`, then `ipto start` and `ipto worker`; `ipto doctor` says what is wrong.',
    example: 'ipto doctor --help',
  },
  demo: {
    text: 'Needs no settings and no database: PostgreSQL is among the development packages. Data is kept in .ipto/,\nor in IPTO_HOME; PORT is another port.',
    example: 'PORT=4100 ipto demo --reset',
  },
  explain: {
    text: 'Asks the demo that runs in IPTO_HOME, at PORT, as a person of it. The operation is not executed.',
    example: 'ipto explain --as viewer@northwind.example query.graphql',
  },
  start: {
    text: 'Listens at once and serves when the database answers; /readyz says when. Stops on SIGTERM, after the\nrunning requests. With MIGRATE_DATABASE_URL it migrates first.',
    example:
      'DATABASE_URL=postgresql://ipto_gateway:…@db/ipto OIDC_ISSUER=https://id.example.com OIDC_AUDIENCE=ipto \\\n  S3_BUCKET=ipto-objects ipto start',
  },
  worker: {
    text: 'Sends mail, ends what has expired, changes plans that are due, deletes tenants. Any number of workers\nshare the work. Stops on SIGTERM, after the running jobs.',
    example:
      "DATABASE_URL=postgresql://ipto_gateway:…@db/ipto SMTP_URL=smtps://…@mail.example.com MAIL_FROM=no-reply@example.com \\\n  INVITATION_URL='https://app.example.com/invitation#{code}' S3_BUCKET=ipto-objects ipto worker",
  },
  migrate: {
    text: "With a superuser's DATABASE_URL alone it creates the roles and prints the URL to serve under, once.\nWith MIGRATE_DATABASE_URL, that connection migrates, and DATABASE_URL names the role and the password of\nyour choice. May run again, and at the same time as others.",
    example: 'DATABASE_URL=postgresql://postgres:…@db/ipto ipto migrate',
  },
  partition: {
    text: 'Copies the large tables (audit events, usage, charges, earnings) into partitions by tenant, compares, and\nexchanges them in a moment; docs/operations.md. Needs as much free disk as they have, and the URLs of\n`ipto migrate`. May be killed: the next run goes on.',
    example: 'MIGRATE_DATABASE_URL=postgresql://postgres:…@db/ipto DATABASE_URL=postgresql://ipto_gateway:…@db/ipto ipto partition',
    exits: '0  done, or nothing to do\n1  refused; one sentence says why',
  },
  'role password': {
    text: "Rotates the password. With MIGRATE_DATABASE_URL: the role of DATABASE_URL gets the password that DATABASE_URL\nnames. With a superuser's DATABASE_URL alone: ipto_gateway gets a new one, which is printed once. Open\nconnections stay open; restart gateway and worker with the new URL.",
    example: 'MIGRATE_DATABASE_URL=postgresql://postgres:…@db/ipto DATABASE_URL=postgresql://ipto_gateway:<new>@db/ipto ipto role password',
  },
  doctor: {
    text: 'Run it where the gateway runs, with its settings. It takes 15 seconds at most, prints no secret, and changes\nnothing but an object of its own in the store, which it removes.',
    example: 'ipto doctor --json',
    exits: '0  all is well\n1  something is wrong\n2  nothing is known to be wrong, but not all could be checked',
  },
  'audit verify': {
    text: 'Verifies the chain of every audit log, as the role of DATABASE_URL.',
    example: 'ipto audit verify --anchors /mnt/elsewhere/anchors.json',
    exits: VERIFY_EXITS.replace('agree', 'are intact').replace('some do not', 'one is broken'),
  },
  'webhook rotate-keys': {
    text: 'Needs DATABASE_URL and WEBHOOK_KEYS: the new key, then the old one. May run again; afterwards remove the old key.',
    example: 'WEBHOOK_KEYS=<new>,<old> DATABASE_URL=postgresql://ipto_gateway:…@db/ipto ipto webhook rotate-keys',
  },
  'billing verify': {
    text: 'Compares every charge with the earning of the same retrieval, as the role of DATABASE_URL.',
    example: 'ipto billing verify',
    exits: VERIFY_EXITS,
  },
};

const indented = (text: string) => text.replace(/^/gm, '  ');

const nameOf = ({ meta }: { readonly meta?: unknown }): string => (meta as { name: string }).name;

/** Prints the help of a command: its arguments, what it does, an example, and its exit codes. */
export const showHelp: typeof showUsage = async (command, parent) => {
  const isNested = parent && nameOf(parent) !== 'ipto';
  const name = isNested ? `${nameOf(parent)} ${nameOf(command)}` : nameOf(command);
  const usage = (await renderUsage(command, parent)).trimEnd();
  const { text, example, exits = '0  done\n1  refused; one sentence says why' } = HELP[name] ?? {};
  const parts = [
    isNested ? usage.replaceAll(name, `ipto ${name}`) : usage,
    ...(text ? [text] : []),
    ...(example ? [`EXAMPLE\n\n${indented(example)}`, `EXIT CODES\n\n${indented(exits)}`] : []),
  ];
  const isAsked = process.argv.some(argument => argument === '--help' || argument === '-h');
  process[isAsked ? 'stdout' : 'stderr'].write(`${parts.join('\n\n')}\n`);
};
