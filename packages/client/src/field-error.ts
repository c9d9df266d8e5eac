import type { ErrorCode, ObstacleCodes, Permission, PlanCode, Principal, Role, TenantStatus } from './catalogue.ts';

export type Path = readonly (string | number)[];

type Common = {
  readonly message: string;
  /** The place of the field in the data; null for an error of the whole response. */
  readonly path: Path | null;
  readonly requestId: string | null;
};

/** A field that the caller may not use, by the first obstacle in the way. */
export type RefusalBy<Obstacle extends keyof ObstacleCodes> = Common & {
  readonly kind: 'refusal';
  readonly because: Obstacle;
  readonly code: ObstacleCodes[Obstacle];
  /** Null when a whole request with an API key is refused for the tenant's status. */
  readonly permission: Permission | null;
  /** What would satisfy the permission; `plans` is null if every plan does. */
  readonly requires: {
    readonly principals: readonly Principal[];
    readonly roles: readonly Role[];
    readonly statuses: readonly TenantStatus[];
    readonly plans: readonly PlanCode[] | null;
  };
  readonly tenantStatus: TenantStatus | null;
  /** With `groupRefusals`: the path with `*` for every index, and the number of refused fields. */
  readonly pattern?: string;
  readonly count?: number;
};

/** A refusal: a switch over `because` covers all. */
export type Refusal = { [Obstacle in keyof ObstacleCodes]: RefusalBy<Obstacle> }[keyof ObstacleCodes];

/** A code that this version of the client doesn't know. */
export type UnknownCode = string & {};

/** Any other error. `details` are the rest of its extensions, such as `limit` and `used`. */
export type Failure = Common & {
  readonly kind: 'failure';
  readonly code: ErrorCode | UnknownCode;
  readonly details: Readonly<Record<string, unknown>>;
};

/** An error of a response: a refusal or a failure. */
export type FieldError = Refusal | Failure;

/** An error as it is on the wire. */
export type WireError = { readonly message: string; readonly path?: Path; readonly extensions?: Readonly<Record<string, unknown>> };

/** Reads an error of a response. */
export function fieldErrorOf({ message, path = undefined, extensions = {} }: WireError): FieldError {
  const { code, requestId, ...details } = extensions;
  const common = { message, path: path ?? null, requestId: typeof requestId === 'string' ? requestId : null, code: String(code) };
  if ('because' in details) return { permission: null, ...details, ...common, kind: 'refusal' } as unknown as Refusal;
  return { ...common, kind: 'failure', details };
}
