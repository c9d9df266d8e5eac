import type { Chain } from './chains.ts';

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function seeded(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    between: (low: number, high: number) => low + below(high - low + 1),
    pick: <T>(items: readonly T[]): T => items[below(items.length)]!,
  };
}

export type Random = ReturnType<typeof seeded>;

/**
 * What somebody with a superuser's hands does behind the gateway's back, and the first broken link
 * of each chain that it touches.
 */
export type Tampering = { readonly what: string; readonly sql: string; readonly broken: Readonly<Record<string, number>> };

/** A column and another value for it, as SQL sees the row `e`. */
// biome-ignore format: a table is read by its columns
const EDITS: Readonly<Record<string, string>> = {
  id:            'id = gen_random_uuid()',
  at:            "at = at + interval '1 ms'",
  'at, no time': "at = 'infinity'",
  actor_kind:    "actor_kind = CASE actor_kind WHEN 'staff' THEN 'user' ELSE 'staff' END",
  actor_id:      "actor_id = actor_id || ' '",
  actor_name:    'actor_name = upper(actor_name)',
  action:        "action = 'tenant.resume'",
  outcome:       "outcome = CASE outcome WHEN 'done' THEN 'refused' ELSE 'done' END, code = CASE outcome WHEN 'done' THEN 'FORBIDDEN' END",
  code:          "outcome = 'refused', code = coalesce(code, '') || 'X'",
  rule:          "rule = rule || '0'",
  target_type:   "target_type = 'Membership', target_id = coalesce(target_id, 'none')",
  target_id:     "target_type = coalesce(target_type, 'Tenant'), target_id = 'other'",
  'no target':   "target_type = CASE WHEN target_id IS NULL THEN '' END, target_id = CASE WHEN target_id IS NULL THEN '' END",
  state_before:  "state_before = jsonb_build_object('name', 'forged')",
  'before, null or none': "state_before = CASE WHEN state_before IS NULL THEN 'null'::jsonb END",
  state_after:   "state_after = coalesce(state_after, '{}') || '{\"more\": 1}'",
  'after, null or none': "state_after = CASE WHEN state_after IS NULL THEN 'null'::jsonb END",
  request_id:    "request_id = 'job'",
  previous_hash: 'previous_hash = set_byte(previous_hash, 7, 255 - get_byte(previous_hash, 7))',
  hash:          'hash = set_byte(hash, 31, 255 - get_byte(hash, 31))',
  'hash and content': "rule = 'X', hash = audit_hash(jsonb_populate_record(e, '{\"rule\": \"X\"}'))",
  form:          'form = 3 - form',
  personal:      "personal = personal || '{\"actor_name\": \"\"}'",
  'no personal': "personal = personal - 'actor_name' || CASE personal WHEN '{}' THEN '{\"more\": \"\"}'::jsonb ELSE '{}' END",
};

const CONTENT =
  'id, at, actor_kind, actor_id, actor_name, action, outcome, rule, code, target_type, target_id, state_before, state_after, request_id';
const FORGED = "gen_random_uuid(), at, 'staff', 'forger', 'Forger', action, 'done', rule, NULL, NULL, NULL, NULL, NULL, request_id";

type Kind = (random: Random, chain: Chain, other: Chain) => Tampering;

const event = ({ tenantId }: Chain, seq: number) => `tenant_id = '${tenantId}' AND seq = ${seq}`;
/** Two places of a chain, the earlier first. */
const two = (random: Random, { events }: Chain) => {
  const a = random.between(1, events - 1);
  return [a, random.between(a + 1, events)] as const;
};
const of = ({ tenantId }: Chain, place: number) => ({ [tenantId]: place });

const edit =
  (name: string): Kind =>
  (random, chain) => {
    const seq = random.between(1, chain.events);
    // An edit whose own hash is made to fit is found at the link after it, or at the head.
    const place = name === 'hash and content' ? seq + 1 : seq;
    return {
      what: `edit of ${name} at ${seq}`,
      sql: `UPDATE audit_event e SET ${EDITS[name]} WHERE ${event(chain, seq)}`,
      broken: of(chain, place),
    };
  };

const KINDS: readonly Kind[] = [
  (random, chain) => edit(random.pick(Object.keys(EDITS)))(random, chain, chain),
  (random, chain) => {
    const [seq, to] = [random.between(1, chain.events), chain.events + random.between(1, 9)];
    return {
      what: `event ${seq} goes to ${to}`,
      sql: `UPDATE audit_event SET seq = ${to} WHERE ${event(chain, seq)}`,
      broken: of(chain, seq),
    };
  },
  (random, chain) => {
    const seq = random.between(1, chain.events);
    return { what: `deletion of ${seq}`, sql: `DELETE FROM audit_event WHERE ${event(chain, seq)}`, broken: of(chain, seq) };
  },
  (random, chain) => {
    const [from, to] = two(random, chain);
    const sql = `DELETE FROM audit_event WHERE tenant_id = '${chain.tenantId}' AND seq BETWEEN ${from} AND ${to}`;
    return { what: `deletion of ${from} to ${to}`, sql, broken: of(chain, from) };
  },
  (random, chain) => {
    const [a, b] = two(random, chain);
    const move = (from: number, to: number) => `UPDATE audit_event SET seq = ${to} WHERE ${event(chain, from)}`;
    return { what: `${a} and ${b} change places`, sql: [move(a, -1), move(b, a), move(-1, b)].join(';'), broken: of(chain, a) };
  },
  (random, chain) => {
    const [a, b] = two(random, chain);
    const hold = `CREATE TEMP TABLE held ON COMMIT DROP AS SELECT * FROM audit_event WHERE tenant_id = '${chain.tenantId}' AND seq IN (${a}, ${b})`;
    const away = `UPDATE audit_event SET id = gen_random_uuid() WHERE tenant_id = '${chain.tenantId}' AND seq IN (${a}, ${b})`;
    const put = (from: number, to: number) =>
      `UPDATE audit_event SET (${CONTENT}) = (SELECT ${CONTENT} FROM held WHERE seq = ${from}) WHERE ${event(chain, to)}`;
    return { what: `${a} and ${b} change contents`, sql: [hold, away, put(a, b), put(b, a)].join(';'), broken: of(chain, a) };
  },
  (random, chain) => {
    const left = random.between(0, chain.events - 1);
    const sql = `DELETE FROM audit_event WHERE tenant_id = '${chain.tenantId}' AND seq > ${left}`;
    return { what: `cut off after ${left}`, sql, broken: of(chain, left + 1) };
  },
  (random, chain) => {
    const seq = random.between(1, chain.events);
    const shift = (by: string) => `UPDATE audit_event SET seq = ${by} WHERE tenant_id = '${chain.tenantId}'`;
    const insert = `INSERT INTO audit_event (tenant_id, seq, ${CONTENT}, previous_hash, hash) SELECT tenant_id, ${seq}, ${FORGED}, previous_hash, hash FROM audit_event WHERE ${event(chain, seq + 1)}`;
    const sql = [`${shift('-seq - 1')} AND seq >= ${seq}`, `${shift('-seq')} AND seq < 0`, insert].join(';');
    return { what: `forged event put in at ${seq}`, sql, broken: of(chain, seq) };
  },
  (random, chain) => {
    const last = `audit_event WHERE ${event(chain, chain.events)}`;
    const [seq, isLinked] = [chain.events + 1, random.below(2) === 1];
    const insert = `INSERT INTO audit_event (tenant_id, seq, ${CONTENT}, previous_hash, hash) SELECT tenant_id, ${seq}, ${FORGED}, hash, hash FROM ${last}`;
    const link = `UPDATE audit_event e SET hash = audit_hash(e) WHERE ${event(chain, seq)}`;
    return {
      what: `forged event at the end${isLinked ? ', linked' : ''}`,
      sql: isLinked ? `${insert};${link}` : insert,
      broken: of(chain, seq),
    };
  },
  (random, chain) => {
    const seq = random.below(chain.events * 2);
    const to = seq === chain.events ? seq + 1 : seq;
    const sql = `UPDATE audit_head SET seq = ${to} WHERE tenant_id = '${chain.tenantId}'`;
    return { what: `head goes to ${to}`, sql, broken: of(chain, Math.min(to, chain.events) + 1) };
  },
  (_random, chain) => {
    const sql = `UPDATE audit_head SET hash = sha256(hash) WHERE tenant_id = '${chain.tenantId}'`;
    return { what: 'another hash in the head', sql, broken: of(chain, chain.events + 1) };
  },
  (_random, chain) => ({ what: 'no head', sql: `DELETE FROM audit_head WHERE tenant_id = '${chain.tenantId}'`, broken: of(chain, 1) }),
  (random, chain, other) => {
    const seq = random.between(1, chain.events);
    const to = other.events + 1;
    const sql = `UPDATE audit_event SET tenant_id = '${other.tenantId}', seq = ${to} WHERE ${event(chain, seq)}`;
    return { what: `event ${seq} goes to another tenant`, sql, broken: { ...of(chain, seq), ...of(other, to) } };
  },
  (random, chain, other) => {
    const seq = random.between(1, Math.min(chain.events, other.events));
    const pair = (a: Chain, b: Chain, as: number) =>
      `UPDATE audit_event SET tenant_id = '${b.tenantId}', seq = ${as} WHERE ${event(a, as === -1 ? seq : -1)}`;
    const back = `UPDATE audit_event SET tenant_id = '${chain.tenantId}' WHERE tenant_id = '${other.tenantId}' AND seq = ${seq}`;
    const sql = [pair(chain, chain, -1), back, pair(chain, other, seq)].join(';');
    return { what: `the ${seq}th events of two tenants change places`, sql, broken: { ...of(chain, seq), ...of(other, seq) } };
  },
];

/** The ways of tampering that there are. */
export const WAYS = KINDS.length;

/** One tampering: its way goes round, the rest is drawn. */
export function tampering(random: Random, round: number, chains: readonly Chain[]): Tampering {
  const chain = random.pick(chains);
  const other = random.pick(chains.filter(candidate => candidate !== chain));
  return KINDS[round % KINDS.length]!(random, chain, other);
}

/** Every edit of a column once. */
export const everyEdit = (random: Random, chain: Chain): readonly Tampering[] =>
  Object.keys(EDITS).map(name => edit(name)(random, chain, chain));
