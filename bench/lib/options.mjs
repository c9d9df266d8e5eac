import { parseArgs } from 'node:util';
import { SERVERS } from './servers.mjs';
import { WORKLOADS } from './workloads.mjs';

/** The chosen names, or all. An unknown name stops the run. */
export function chosen(text, known, what) {
  const names = text?.split(',').map(name => name.trim()) ?? [...known];
  for (const name of names) if (!known.includes(name)) throw new Error(`there is no ${what} ${name}; there are ${known.join(', ')}`);
  return known.filter(name => names.includes(name));
}

/** The command line of `npm run bench`. README.md says what each option does. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      warmup: { type: 'string' },
      connections: { type: 'string', default: '20' },
      only: { type: 'string' },
      workloads: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      soak: { type: 'string' },
      short: { type: 'boolean', default: false },
      steady: { type: 'boolean', default: false },
      'check-tokens-always': { type: 'boolean', default: false },
    },
  });
  const short = values.short;
  const number = (text, usual, most) => {
    const value = Number(text ?? usual);
    if (!(value >= 0 && value <= most)) throw new Error(`${text} is not a number from 0 to ${most}`);
    return value;
  };
  return {
    short,
    steady: values.steady,
    seconds: number(values.seconds, short ? 2 : 10, 600),
    rounds: number(values.rounds, short ? 1 : 5, 100),
    warmup: number(values.warmup, short ? 0 : 10, 600),
    connections: number(values.connections, 20, 1_000),
    servers: chosen(values.only, Object.keys(SERVERS), 'server'),
    workloads: chosen(values.workloads, Object.keys(WORKLOADS), 'workload'),
    tokenCache: !values['check-tokens-always'],
    soak: number(values.soak, 0, 86_400),
    json: values.json,
    markdown: values.markdown,
  };
}
