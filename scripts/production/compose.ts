import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

type Service = {
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly depends_on?: object;
};

/** The services of compose.yaml. */
export const services: Readonly<Record<string, Service>> = parse(readFileSync(new URL('../../compose.yaml', import.meta.url), 'utf8'), {
  merge: true,
}).services;

/** Those that run this repository's image, with their command and settings. */
export const ipto = Object.entries(services).flatMap(([name, { build, command, environment = {} }]) =>
  build ? [{ name, command: command!.join(' '), environment }] : [],
);
