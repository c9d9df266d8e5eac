import { ROLE_MEANING, STATUS_MEANING } from '../../../../access/meaning.ts';
import { PERMISSIONS } from '../../../../access/policy.ts';
import { PLAN_CODES, STATUSES } from '../../../../access/vocabulary.ts';
import type { Assets } from '../assets.ts';
import { pageHeaders, render } from '../document.ts';
import type { PageOptions } from '../options.ts';
import { EXAMPLE } from '../tabs.ts';
import { callerLabel } from './caller.ts';
import { type Fields, matrixOf } from './matrix.ts';
import { verdictOf } from './may-i.ts';
import { ANY, accessParams, CALLERS, COLUMNS } from './params.ts';

export const ACCESS_HEADERS = pageHeaders({ style: "'self'", font: "'self'" });

type Given = { readonly options: PageOptions; readonly assets: Assets; readonly fields: Fields };

const choices = (values: readonly string[], label: (value: string) => string = value => value.replace('_', ' ')) =>
  values.map(value => ({ value, label: label(value) }));

/** Renders the page "May I?" for the query of its URL. */
export function renderAccess(search: URLSearchParams, { options, assets, fields }: Given): Buffer {
  const { endpoint, demo, showsSchema } = options;
  const asked = accessParams(search);
  const groups = matrixOf(asked, fields);
  return render('access', {
    path: (name: keyof Assets) => assets[name].path,
    config: { endpoint, demo },
    demo,
    endpoint,
    showsSchema,
    example: showsSchema ? EXAMPLE : '',
    asked,
    verdict: verdictOf(asked),
    groups,
    total: PERMISSIONS.length,
    found: groups.reduce((sum, { rows }) => sum + rows.length, 0),
    columns: COLUMNS.map(callerLabel),
    meanings: { ...ROLE_MEANING, ...STATUS_MEANING },
    choices: {
      as: choices(CALLERS, caller => callerLabel(caller as (typeof CALLERS)[number])),
      status: choices(STATUSES),
      plan: choices(PLAN_CODES),
      permission: choices(PERMISSIONS, permission => permission),
      in: choices([ANY, ...STATUSES], value => (value === ANY ? 'any status' : value.replace('_', ' '))),
      on: choices([ANY, ...PLAN_CODES], value => (value === ANY ? 'any plan' : value)),
    },
  });
}
