/** Why a try failed. `docs/webhooks.md` explains each. */
export const TRY_FAILURES = [
  'UNRESOLVED',
  'ADDRESS_REFUSED',
  'UNREACHABLE',
  'TLS_FAILED',
  'CONNECT_TIMEOUT',
  'RESPONSE_TIMEOUT',
  'BROKEN_OFF',
  'STATUS',
] as const;
export type TryFailure = (typeof TRY_FAILURES)[number];

/** A try that failed. `status` is the response's HTTP status; null without a response. */
export class SendError extends Error {
  override name = 'SendError';

  constructor(
    readonly failure: TryFailure,
    readonly status: number | null = null,
    options?: ErrorOptions,
  ) {
    super(`the request failed: ${failure}${status === null ? '' : ` ${status}`}`, options);
  }
}

/** A signed request: its headers and its body. */
export type SignedRequest = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/**
 * A connection to a receiver, for one request; `close` ends what is left of it. `write` resolves
 * when the operating system has the whole request, `response` with the HTTP status of a success.
 * Both reject with a {@link SendError}.
 */
export type ReceiverConnection = {
  /** Whether it has carried a request before: then the receiver may be closing it. */
  readonly isReused: boolean;
  write(request: SignedRequest): Promise<void>;
  response(): Promise<number>;
  close(): void;
};

/** Connects to the receivers of webhooks. */
export type WebhookSender = {
  /**
   * Connects, with TLS for https, or takes a connection to the same URL that isn't in use.
   *
   * @param isNew whether none that was used before will do.
   * @throws {SendError}
   */
  connect(url: string, isNew?: boolean): Promise<ReceiverConnection>;
};
