import { builder } from '../core/builder.ts';
import type { Explanation } from '../core/context.ts';
import { RefusalType } from '../viewer/refusal.ts';

const ExplainedRefusal = builder.objectRef<Explanation['refusals'][number]>('ExplainedRefusal').implement({
  description: 'A field of an operation that would be refused.',
  fields: t => ({
    pattern: t.exposeString('pattern', {
      policy: 'public',
      description: 'Where the field stands in the response, with `*` for every index: `tenant.memberships.edges.*.node.user.email`.',
    }),
    refusal: t.expose('refusal', { type: RefusalType, policy: 'public', description: 'The reason, and what would satisfy it.' }),
  }),
});

const ExplanationType = builder.objectRef<Explanation>('Explanation').implement({
  description: 'What an operation would be refused, and what it costs at most.',
  fields: t => ({
    cost: t.exposeInt('cost', { policy: 'public', description: 'The cost points, with every page full and no field skipped.' }),
    refusals: t.field({
      type: [ExplainedRefusal],
      policy: 'public',
      description: 'Each field that would be refused at every row that has it. None is below another.',
      resolve: ({ refusals }) => [...refusals],
    }),
  }),
});

builder.queryField('explain', t =>
  t.field({
    type: ExplanationType,
    policy: 'public',
    nullable: true,
    description:
      'Explains an operation without executing it: the fields that you would be refused by role, status of the tenant, plan or scopes, and the highest cost. It says nothing about caps, missing rows, or an object that an input names. A document that would be refused as a whole is refused here with the same code. A document with `tenant(slug:)` is explained in that tenant alone, so send its `X-Tenant-Id`. Costs 1 point; one document in each request.',
    args: {
      document: t.arg.string({ required: true, description: 'The text of the document.' }),
      variables: t.arg({ type: 'JSONObject', description: 'The variables that the operation would be sent with.' }),
      operationName: t.arg.string({ description: 'The operation, if the document has several.' }),
    },
    complexity: { field: 1, multiplier: 0 },
    resolve: (_root, { document, variables, operationName }, context) => context.explain({ document, variables, operationName }, context),
  }),
);
