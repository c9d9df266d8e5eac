import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { newSecret } from '../src/domain/api-key/secret.ts';
import { makeDatabase, startCluster } from './database.ts';
import { createIssuer } from './drills/tokens.ts';
import { startQuietGateway } from './quiet-gateway.ts';
import { median, rankScore } from './timing/rank.ts';

/**
 * Measures whether the time of a refusal reveals that an API key exists. Sends wrong secrets for an
 * existing key, an absent key of the same tenant, and an absent tenant, in turn over one
 * connection; `--each N` of each. Exits 1 when a rank test finds a difference (Mann–Whitney,
 * two-sided, alpha 0.001).
 */
const each = Number(process.argv[process.argv.indexOf('--each') + 1]) || 10_000;
const WARM_UP = 300;
/** The score that chance exceeds in one of a thousand runs. */
const LIMIT = 3.2905;

const { url: server, stop } = await startCluster();
const database = await makeDatabase(server, 'timing');
const issuer = await createIssuer();
const gateway = await startQuietGateway(database.runtimeUrl, issuer);

const [tenantId, id, person] = [randomUUID(), randomUUID(), randomUUID()];
await database.sql(`INSERT INTO person (id, issuer, subject, name, email, email_verified) VALUES ('${person}', 'x', 'x', 'X', 'x@x.example', true);
  WITH t AS (INSERT INTO tenant (tenant_id, slug, name, plan_code) VALUES ('${tenantId}', 'timed', 'Timed', 'PROFESSIONAL'))
    INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ('${tenantId}', '${randomUUID()}', '${person}', '{owner}')`);
await database.sql(
  `INSERT INTO api_key (tenant_id, id, name, scopes, secret_hash, holder_id, holder_name) VALUES ($1, $2, 'Key', '{tenant:read,usage:read,charge:read}', $3, $4, 'X')`,
  [tenantId, id, randomBytes(32), randomUUID()],
);

const KINDS = {
  'an existing key': () => newSecret({ tenantId, id }).text,
  'an absent key': () => newSecret({ tenantId, id: randomUUID() }).text,
  'an absent tenant': () => newSecret({ tenantId: randomUUID(), id: randomUUID() }).text,
};
type Kind = keyof typeof KINDS;
const kinds = Object.keys(KINDS) as Kind[];

const { hostname, port } = new URL(gateway.url);
const socket = connect(Number(port), hostname).setNoDelay(true);
const BODY = '{"query":"{ plans { code } }"}';

/** Sends a request and returns the time until the response is complete, ms. */
function timed(key: string): Promise<number> {
  const request = `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\nx-request-id: timed\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
  return new Promise((resolve, reject) => {
    let answer = '';
    const began = performance.now();
    const onData = (data: Buffer) => {
      answer += data;
      if (!answer.endsWith('0\r\n\r\n') && !answer.endsWith('}')) return;
      const took = performance.now() - began;
      socket.off('data', onData).off('error', reject);
      answer.startsWith('HTTP/1.1 401 ') ? resolve(took) : reject(new Error(answer));
    };
    socket.on('data', onData).on('error', reject);
    socket.write(request);
  });
}

const times: Record<string, number[]> = Object.fromEntries(kinds.map(kind => [kind, []]));
for (let n = -WARM_UP; n < each; n += 1) {
  const first = Math.floor(Math.random() * kinds.length);
  for (let turn = 0; turn < kinds.length; turn += 1) {
    const kind = kinds[(first + turn) % kinds.length]!;
    const took = await timed(KINDS[kind]());
    if (n >= 0) times[kind]!.push(took);
  }
}

socket.destroy();
await gateway.stop();
await database.drop();
await stop();

const [existing, ...absent] = kinds;
for (const kind of kinds) process.stdout.write(`${kind}: median ${median(times[kind]!).toFixed(4)} ms of ${each}\n`);
for (const kind of absent) {
  const score = rankScore(times[existing!]!, times[kind]!);
  const isDifferent = Math.abs(score) > LIMIT;
  process.stdout.write(`timing: ${existing} against ${kind}: score ${score.toFixed(2)}, ${isDifferent ? 'DIFFERENT' : 'no difference'}\n`);
  if (isDifferent) process.exitCode = 1;
}
