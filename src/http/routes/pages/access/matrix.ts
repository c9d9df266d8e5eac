import { permissionName } from '../../../../access/permission-name.ts';
import { PERMISSIONS, type Permission, plansFor, ruleOf } from '../../../../access/policy.ts';
import type { FieldPolicy } from '../../../../access/policy-plugin.ts';
import { refusalOf } from '../../../../access/refusal.ts';
import { PLAN_CODES, STATUSES, type TenantStatus } from '../../../../access/vocabulary.ts';
import { callerLabel, callerOf } from './caller.ts';
import { type AccessParams, ANY, type CallerName, COLUMNS } from './params.ts';

/** A cell: in which statuses a caller has a permission, as letters, and in words. */
export type Cell = { readonly letters: string; readonly words: string };

export type MatrixRow = {
  readonly permission: Permission;
  readonly inSchema: string;
  readonly meaning: string;
  readonly plans: string;
  readonly cells: readonly Cell[];
  /** The fields that need the permission; `matches` are those that were looked for. */
  readonly fields: readonly string[];
  readonly matches: readonly string[];
};

/** The rows of one noun: the part of the permissions' names before the colon. */
export type MatrixGroup = { readonly noun: string; readonly rows: readonly MatrixRow[] };

/** The fields by their policy; null where the schema is closed. */
export type Fields = ReadonlyMap<FieldPolicy, readonly string[]> | null;

type Asked = Pick<AccessParams, 'find' | 'in' | 'on'>;

/** The matrix: the permissions that were looked for, by noun. */
export function matrixOf(asked: Asked, fields: Fields): readonly MatrixGroup[] {
  const rows = PERMISSIONS.map(permission => rowOf(permission, asked, fields?.get(permission) ?? [])).filter(row =>
    isFound(row, asked.find),
  );
  const nouns = new Set(rows.map(nounOf));
  return [...nouns].map(noun => ({ noun, rows: rows.filter(row => nounOf(row) === noun) }));
}

const nounOf = ({ permission }: MatrixRow): string => permission.split(':')[0]!;

function rowOf(permission: Permission, asked: Asked, fields: readonly string[]): MatrixRow {
  const rule = ruleOf(permission);
  return {
    permission,
    inSchema: permissionName(permission),
    meaning: rule.meaning,
    plans: plansFor(rule)?.join(', ') ?? '',
    cells: COLUMNS.map(caller => cellOf(permission, caller, asked)),
    fields,
    matches: asked.find ? fields.filter(field => includes(field, asked.find)) : [],
  };
}

function cellOf(permission: Permission, caller: CallerName, { in: status, on: plan }: Asked): Cell {
  const plans = plan === ANY ? PLAN_CODES : [plan];
  const has = (at: TenantStatus) => plans.some(on => refusalOf(permission, callerOf(caller, at, on, permission)) === null);
  const statuses = (status === ANY ? STATUSES : [status]).filter(has);
  const who = callerLabel(caller);
  if (statuses.length === 0) return { letters: '·', words: `${who}: no` };
  if (status !== ANY || ruleOf(permission).context === 'none') return { letters: '✓', words: `${who}: yes` };
  const words = statuses.map(at => at.replace('_', ' ')).join(', ');
  return { letters: statuses.map(at => at[0]!.toUpperCase()).join(' '), words: `${who}: while ${words}` };
}

const includes = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase());

const isFound = ({ permission, inSchema, meaning, matches }: MatrixRow, find: string) =>
  matches.length > 0 || [permission, inSchema, meaning].some(text => includes(text, find));
