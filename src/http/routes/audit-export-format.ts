import { stringify } from 'csv-stringify/sync';
import type { ExportedEvent } from '../../domain/audit/export.ts';
import { encodeGlobalId, rowId } from '../../graphql/core/global-id.ts';
import { actionName } from './audit-export-query.ts';

/** An event under the names and in the notation of GraphQL, so that programs read both alike. */
const exportedRow = ({ tenantId, id, seq, at, action, outcome, actorKind, stateBefore, stateAfter, ...event }: ExportedEvent) => ({
  id: encodeGlobalId('AuditEvent', rowId({ tenantId, id })),
  sequence: seq,
  at: at.toISOString(),
  action: actionName(action),
  outcome: outcome.toUpperCase(),
  code: event.code,
  rule: event.rule,
  actorKind: actorKind.toUpperCase(),
  actorId: event.actorId,
  actorName: event.actorName,
  targetType: event.targetType,
  targetId: event.targetId,
  before: stateBefore,
  after: stateAfter,
  requestId: event.requestId,
});

type Row = ReturnType<typeof exportedRow>;

// biome-ignore format: one line
const COLUMNS: readonly (keyof Row)[] = [
  'id', 'sequence', 'at', 'action', 'outcome', 'code', 'rule', 'actorKind', 'actorId', 'actorName', 'targetType', 'targetId', 'before', 'after', 'requestId',
];

const FORMULA_START = '[=+\\-@＝＋－＠]';
const AT_START = new RegExp(`^(?=\\s*${FORMULA_START}|[\\t\\r\\n])`);
/** What is a start of a cell where the separator is a semicolon or a tab, or quotes are ignored. */
const AFTER_SEPARATOR = new RegExp(`([;\\t\\r\\n]\\s*)(?=${FORMULA_START})`, 'g');

const withoutFormulas = (text: string): string => text.replace(AFTER_SEPARATOR, "$1'").replace(AT_START, "'");

/** Rows by RFC 4180. An apostrophe stands before whatever a spreadsheet would calculate. */
const csv = (rows: readonly (Row | readonly string[])[]): string =>
  stringify([...rows], {
    columns: [...COLUMNS],
    record_delimiter: '\r\n',
    quoted_match: /[\r\n]/,
    cast: { string: withoutFormulas, object: state => withoutFormulas(JSON.stringify(state)) },
  });

export type ExportFormat = {
  readonly mediaType: string;
  /** What the file begins with. */
  readonly head: string;
  readonly write: (events: readonly ExportedEvent[]) => string;
};

export const EXPORT_FORMATS: Readonly<Record<'csv' | 'jsonl', ExportFormat>> = {
  csv: {
    mediaType: 'text/csv; charset=utf-8; header=present',
    head: csv([COLUMNS]),
    write: events => csv(events.map(exportedRow)),
  },
  jsonl: {
    mediaType: 'application/jsonl; charset=utf-8',
    head: '',
    write: events => events.map(event => `${JSON.stringify(exportedRow(event))}\n`).join(''),
  },
};
