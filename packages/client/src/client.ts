import type { Document } from './document.ts';
import { ResponseError } from './errors.ts';
import type { Result } from './http.ts';
import type { ClientOptions, RequestOptions } from './options.ts';
import { type Connection, type Page, pagesOf } from './pages.ts';
import { Requests } from './request.ts';
import { Session } from './session.ts';
import { type SubscribeOptions, type SubscriptionEvent, subscribe } from './subscribe.ts';

/** How the pages of a connection are read. */
export type PageOptions<Data, Item> = RequestOptions & {
  /** Finds the connection in the data. */
  readonly connection: (data: Data) => Connection<Item> | null | undefined;
  /** The name of the variable that is passed to `after`. Default: `after`. */
  readonly cursor?: string;
};

/** A client of the gateway for one endpoint and one caller. */
export class Client {
  readonly #session: Session;
  readonly #requests: Requests;

  constructor(private readonly options: ClientOptions) {
    this.#session = new Session(options);
    this.#requests = new Requests(options, this.#session);
  }

  /**
   * Sends a query or a mutation. Refused and failed fields are null and have an error.
   *
   * @throws {RequestError} if the whole request failed.
   */
  request<Data, Variables = Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables?: Variables,
    options: RequestOptions = {},
  ): Promise<Result<Data>> {
    return this.#requests.send(document as Document<Data, never>, variables, options);
  }

  /**
   * As {@link request}, for callers who need all of the data.
   *
   * @throws {ResponseError} if a field was refused or failed; {RequestError}.
   */
  async data<Data, Variables = Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables?: Variables,
    options?: RequestOptions,
  ): Promise<Data> {
    const { data, errors } = await this.request(document, variables, options);
    if (errors.length || data === null) throw new ResponseError(errors, data);
    return data;
  }

  /** The pages of a connection, one request each. @throws as {@link request}; ResponseError. */
  pages<Data, Item, Variables = Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables: Variables,
    { connection, cursor = 'after', ...options }: PageOptions<Data, Item>,
  ): AsyncGenerator<Page<Data, Item>, void> {
    return pagesOf(after => this.request(document, after === null ? variables : { ...variables, [cursor]: after }, options), connection);
  }

  /** The items of a connection, page after page. {@link pages} also has the refusals in them. */
  async *items<Data, Item, Variables = Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables: Variables,
    options: PageOptions<Data, Item>,
  ): AsyncGenerator<Item, void> {
    for await (const { items } of this.pages(document, variables, options)) yield* items;
  }

  /** The events of a subscription, until it is complete or you leave the loop. */
  subscribe<Data, Variables = Record<string, unknown>>(
    document: Document<Data, Variables>,
    variables?: Variables,
    options: SubscribeOptions = {},
  ): AsyncGenerator<SubscriptionEvent<Data>, void> {
    return subscribe(this.#session, this.options, document as Document<Data, never>, variables, options);
  }
}
