import { readFile } from 'node:fs/promises';
import { defineCommand } from 'citty';
import { demoConfig } from '../config.ts';
import { explainAt, printExplanation } from '../demo/explain.ts';
import { DemoError } from '../demo/home.ts';
import { printedToken } from '../demo/token.ts';
import { GRAPHQL } from '../http/gateway.ts';
import { orFail } from './fail.ts';

const EXAMPLE = 'npm run explain -- --as viewer@northwind.example query.graphql';

/** `explain --as <email> [--tenant …] [--variables <JSON>] [--operation <name>] <file>`. */
export const explainCommand = defineCommand({
  meta: { name: 'explain', description: 'Say what an operation would be refused, and what it costs, at the running demo' },
  args: {
    file: { type: 'positional', description: 'The document', valueHint: 'query.graphql', required: false },
    as: { type: 'string', description: 'The e-mail address of a persona, or of a new person', valueHint: 'email' },
    tenant: { type: 'string', description: 'The tenant to act in', valueHint: 'slug or id' },
    variables: { type: 'string', description: 'The variables', valueHint: 'JSON' },
    operation: { type: 'string', description: 'The operation, if the document has several', valueHint: 'name' },
  },
  run: ({ args: { file, as, tenant, variables, operation } }) =>
    orFail(async () => {
      const config = demoConfig();
      if (!file) throw new DemoError(`Name the file of the document: ${EXAMPLE}`);
      const document = await readFile(file, 'utf8').catch(() => {
        throw new DemoError(`There is no file ${file} that can be read.`);
      });
      const token = await printedToken(['--as', as ?? '', ...(tenant ? ['--tenant', tenant] : [])]);
      const url = `http://${config.HOST}:${config.PORT}${GRAPHQL}`;
      const explanation = await explainAt(url, token, { document, variables: jsonOf(variables), operationName: operation });
      process.stdout.write(printExplanation(explanation));
    }),
});

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    throw new DemoError('--variables takes a JSON object, such as \'{"first":10}\'.');
  }
}
