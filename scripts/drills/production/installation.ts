import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey, signed, startIssuer } from '../../../test/http/auth/oidc.ts';
import { startMailServer } from '../../../test/support/mail-server.ts';
import type { Frame } from '../frame.ts';
import { type Process, startProcess } from './process.ts';

type Settings = Readonly<Record<string, string>>;

/** What production consists of beside the database: an issuer, a mail server, and our processes. */
export type Installation = {
  readonly issuer: string;
  /** The issuer's state: a test can take it down. */
  readonly issuerState: Awaited<ReturnType<typeof startIssuer>>['state'];
  readonly mail: Awaited<ReturnType<typeof startMailServer>>;
  tokenOf(subject: string, claims?: object): Promise<string>;
  gateway(settings?: Settings): Promise<Process>;
  worker(settings?: Settings): Promise<Process>;
};

const AUDIENCE = 'ipto-drill';

/** Limits of a production that only a drill would reach. */
const RAISED: Settings = { MESSAGES_PER_RECIPIENT: '10000', MESSAGES_PER_PERSON: '10000', MESSAGES_PER_TENANT: '10000' };

/** Sets an installation up on a database; its processes end with the drill. */
export async function install({ atEnd }: Pick<Frame, 'atEnd'>, databaseUrl: string): Promise<Installation> {
  const home = await mkdtemp(join(tmpdir(), 'ipto-drill-'));
  atEnd(() => rm(home, { recursive: true, force: true }));
  const [issuer, mail, key] = await Promise.all([startIssuer(), startMailServer(), createKey('ES256')]);
  atEnd(() => Promise.all([issuer.close(), mail.stop()]));
  issuer.state.keys = [key];
  const common: Settings = {
    ...RAISED,
    DATABASE_URL: databaseUrl,
    STORE_DIRECTORY: home,
    METRICS_PORT: '0',
    WEBHOOK_KEYS: randomBytes(32).toString('base64'),
    WEBHOOK_ALLOW_LOOPBACK: 'true',
  };
  const ofGateway: Settings = {
    ...{ OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: AUDIENCE, HOST: '127.0.0.1', PORT: '0' },
    ...{ STORE_SECRET: randomBytes(32).toString('hex'), PUBLIC_URL: 'http://localhost:4000' },
  };
  const ofWorker: Settings = {
    ...{ SMTP_URL: mail.url, MAIL_FROM: 'IPTO <no-reply@ipto.example>', INVITATION_URL: 'http://localhost:4000/accept#{code}' },
  };
  const kept = async (starting: Promise<Process>) => {
    const started = await starting;
    atEnd(() => started.isRunning() && started.end('SIGKILL'));
    return started;
  };
  return {
    ...{ issuer: issuer.issuer, issuerState: issuer.state, mail },
    tokenOf: (subject, claims = {}) =>
      signed(
        key,
        issuer.claims({
          ...{ aud: AUDIENCE, sub: subject, name: subject, email: `${subject}@people.example`, email_verified: true },
          exp: Math.floor(Date.now() / 1_000) + 7_200,
          ...claims,
        }),
      ),
    gateway: (settings = {}) => kept(startProcess('start', { ...common, ...ofGateway, ...settings })),
    worker: (settings = {}) => kept(startProcess('worker', { ...common, ...ofWorker, ...settings })),
  };
}
