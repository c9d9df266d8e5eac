import type { Socket } from 'node:net';

/** How long a connection waits for its next request, ms: less than servers keep theirs. */
const IDLE_MS = 1_000;

/**
 * How long a connection is used, ms. The addresses of its host were checked when it was opened, and
 * a host may move.
 */
const LIFE_MS = 60_000;

/** A connection that can be used again, and what ends it meanwhile. */
type Idle = { readonly socket: Socket; readonly dispose: () => void };

/**
 * Connections that wait for their next request, each for the URL that it was opened for. One that
 * says something although it wasn't asked is closed: that would be taken for the next response.
 */
export class IdleConnections {
  readonly #idle = new Map<string, Idle[]>();
  readonly #openedAt = new WeakMap<Socket, number>();

  /** Notes when a connection was opened. */
  opened(socket: Socket): Socket {
    this.#openedAt.set(socket, performance.now());
    return socket;
  }

  /** Takes a connection for a URL; undefined if none waits. */
  take(url: string): Socket | undefined {
    const idle = this.#idle.get(url)?.pop();
    if (!idle) return undefined;
    this.#forget(url, idle);
    idle.dispose();
    return idle.socket;
  }

  /** Lets a connection whose response is complete wait for another request to the same URL. */
  keep(url: string, socket: Socket): void {
    if (socket.destroyed || performance.now() - this.#openedAt.get(socket)! > LIFE_MS) return void socket.destroy();
    const end = () => {
      this.#forget(url, idle);
      idle.dispose();
      socket.destroy();
    };
    const events = ['data', 'end', 'close', 'timeout'] as const;
    const dispose = () => {
      for (const event of events) socket.off(event, end);
      socket.setTimeout(0).ref();
    };
    const idle: Idle = { socket, dispose };
    for (const event of events) socket.once(event, end);
    socket.setTimeout(IDLE_MS).unref().resume();
    const list = this.#idle.get(url);
    if (list) list.push(idle);
    else this.#idle.set(url, [idle]);
  }

  #forget(url: string, idle: Idle): void {
    const left = this.#idle.get(url)?.filter(other => other !== idle) ?? [];
    if (left.length) this.#idle.set(url, left);
    else this.#idle.delete(url);
  }
}
