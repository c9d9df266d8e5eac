import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../domain/core/errors.ts';
import { createDocuments } from './graphql/documents.ts';
import { createExamine } from './graphql/examine.ts';
import { createExplain } from './graphql/explain.ts';
import { createGraphqlHandler, type GraphqlOptions } from './graphql/handler.ts';
import { TrustedDocuments, type TrustSettings } from './graphql/trusted-documents.ts';
import { createYogaServer } from './graphql/yoga.ts';
import { createAuditExport } from './routes/audit-export.ts';
import { createPersonExport } from './routes/person-export.ts';
import { createSchemaText } from './routes/schema-text.ts';
import { answerCors } from './server/cors.ts';
import { pathOf } from './server/origin-form.ts';
import type { Handler, Served } from './server/route.ts';

export const GRAPHQL = '/graphql';
const AUDIT_EXPORT = '/audit/export';
export const SCHEMA = '/schema.graphql';
export const PERSON_EXPORT = '/person/export';

/** The gateway's routes. The explorer and the objects' links are routes of their own. */
const METHODS = {
  [GRAPHQL]: ['GET', 'POST'],
  [AUDIT_EXPORT]: ['GET'],
  [SCHEMA]: ['GET', 'HEAD'],
  [PERSON_EXPORT]: ['GET'],
} as const satisfies Record<string, readonly string[]>;
type Path = keyof typeof METHODS;

export const isGatewayPath = (path: string): path is Path => Object.hasOwn(METHODS, path);

export type GatewayOptions = Omit<GraphqlOptions, 'documents' | 'yoga' | 'explain' | 'examine' | 'trusted'> & {
  /** The documents that every caller may send, and what becomes of others. */
  readonly trust: TrustSettings;
  /** The origins whose pages may call from a browser. */
  readonly corsOrigins: readonly string[];
};

const PREFLIGHT = ' Pages of other origins may call if the setting CORS_ORIGINS lists them.';

export type Gateway = (request: IncomingMessage, response: ServerResponse, served: Served) => Promise<void>;

/** Makes the handler of all paths of {@link isGatewayPath}. */
export function createGateway({ corsOrigins, trust, ...given }: GatewayOptions): Gateway {
  const { schema } = given;
  const documents = createDocuments();
  const yoga = createYogaServer(schema, documents);
  const trusted = new TrustedDocuments(trust);
  const options = {
    ...{ ...given, documents, trusted, yoga },
    explain: createExplain(schema, yoga),
    examine: createExamine(schema, yoga),
  };
  const handlers: Readonly<Record<Path, Handler>> = {
    [GRAPHQL]: createGraphqlHandler(options),
    [AUDIT_EXPORT]: createAuditExport(options),
    [SCHEMA]: createSchemaText(options),
    [PERSON_EXPORT]: createPersonExport(options),
  };
  return async (request, response, served) => {
    const path = pathOf(request.url!) as Path;
    const methods: readonly string[] = METHODS[path];
    if (answerCors(corsOrigins, request, response, methods.join(', '))) return;
    if (!methods.includes(request.method!)) {
      response.setHeader('allow', methods.join(', '));
      throw new GatewayError(
        'METHOD_NOT_ALLOWED',
        `${path} takes ${methods.join(' and ')}.${request.headers['access-control-request-method'] ? PREFLIGHT : ''}`,
      );
    }
    await handlers[path](request, response, served);
  };
}
