import { type Fault, newestMigration } from './fault.ts';

const DUE = newestMigration('FUNCTION crossing_due_tenants(');
const SIGN_IN = ['test/http/auth/refresh-people'];
const SQL = 'prisma/migrations/20261129220100_sign_in/migration.sql';
const DELIVERY = ['test/jobs/undeliverable'];
const CORE = 'src/domain/core/delivery.ts';
const SEND = 'src/domain/invitation/send.ts';
const NOTICES = 'src/domain/notice/send.ts';
const SMTP = 'src/mail/smtp.ts';

/** Faults of people's names and addresses at sign-in, and of messages that can't be delivered. */
// biome-ignore format: a table is read by its columns
export const PEOPLE_FAULTS: readonly Fault[] = [
  // Sign-in
  { file: SQL, find: 'AND (p.signed_in_at IS NULL OR p.signed_in_at <= issued_at)', plant: '', tests: SIGN_IN, short: true },
  { file: SQL, find: 'p.signed_in_at <= issued_at', plant: 'p.signed_in_at < issued_at', tests: SIGN_IN },
  { file: SQL, find: 'email = CASE WHEN is_verified THEN token_email ELSE p.email END', plant: 'email = token_email', tests: SIGN_IN, short: true },
  { file: SQL, find: 'email_verified = p.email_verified OR is_verified', plant: 'email_verified = is_verified', tests: SIGN_IN },
  { file: SQL, find: 'CASE WHEN is_named OR is_verified', plant: 'CASE WHEN true OR is_verified', tests: SIGN_IN },
  { file: SQL, find: ' OR is_verified AND p.name = p.email THEN', plant: ' THEN', tests: SIGN_IN },
  { file: SQL, find: 'signed_in_at = coalesce(issued_at, p.signed_in_at)', plant: 'signed_in_at = p.signed_in_at', tests: SIGN_IN },
  { file: SQL, find: 'p.signed_in_at IS DISTINCT FROM issued_at OR', plant: 'true OR', tests: SIGN_IN },
  { file: SQL, find: 'p.issuer = of_issuer AND p.subject = of_subject\n    AND (p', plant: 'p.issuer = of_issuer\n    AND (p', tests: SIGN_IN },
  { file: 'src/http/auth/authenticate.ts', find: '    onVerified(token.profile);\n', plant: '', tests: SIGN_IN },
  { file: 'src/http/auth/authenticate.ts', find: 'Math.min(iat * 1000, Date.now())', plant: 'iat * 1000', tests: SIGN_IN },
  { file: 'src/http/auth/authenticate.ts', find: 'isNamed: ownName !== null', plant: 'isNamed: true', tests: SIGN_IN },
  { file: 'src/http/auth/refresh-people.ts', find: '      .catch(onFailure)\n', plant: '', tests: SIGN_IN },
  { file: 'src/domain/invitation/answer.ts', find: '!(await hasVerifiedAddress(query, personId, address))', plant: 'false', tests: SIGN_IN },
  // Undeliverable messages
  { file: CORE, find: 'refusals + 1 >= MAX_REFUSALS', plant: 'false', tests: DELIVERY, short: true },
  { file: CORE, find: '  if (!isFinal) return { replyCode };\n', plant: '', tests: DELIVERY },
  { file: CORE, find: 'Math.min(FIRST_PAUSE * 2 ** tries, LONGEST_PAUSE)', plant: 'FIRST_PAUSE', tests: DELIVERY },
  { file: CORE, find: 'sentAt: null, givenUpAt: null, OR', plant: 'sentAt: null, OR', tests: DELIVERY },
  { file: SEND, find: ', ...beginTry(due, now) }', plant: ' }', tests: DELIVERY, short: true },
  { file: SEND, find: 'afterFailure({ refusals }, failure.error, now)', plant: '{}', tests: DELIVERY },
  { file: SMTP, find: 'ABOUT_MESSAGE.includes(command) && ', plant: '', tests: ['test/mail/smtp'] },
  { file: SMTP, find: ' && !ABOUT_US.includes(responseCode)', plant: '', tests: DELIVERY },
  { file: 'src/graphql/invitation/delivery.ts', find: 'replyCode === null ? null : replyInWords(replyCode)', plant: 'null', tests: DELIVERY },
  { file: DUE, find: 'coalesce(i.next_try_at <= moment, true)', plant: 'true', tests: DELIVERY, short: true },
  { file: DUE, find: ' AND i.given_up_at IS NULL', plant: '', tests: DELIVERY },
  { file: NOTICES, find: '    if (notice) await noteTry(query, notice.id, beginTry(notice, clock.now()));\n', plant: '', tests: DELIVERY },
  { file: NOTICES, find: "    if ('givenUpAt' in after) await removeNotice(query, id);\n    else if", plant: '    if', tests: DELIVERY },
  { file: NOTICES, find: '  }\n  await removeNotice(query, id);\n', plant: '  }\n', tests: DELIVERY },
];
