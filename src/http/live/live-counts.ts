/** What is counted of subscriptions, for as long as the process runs. */
export class LiveCounts {
  /** Events that were handed to a connection. */
  sent = 0;
  /** Streams that had to wait for points, each once a minute. */
  delayed = 0;
  /** Clients that read so slowly that they were disconnected. */
  disconnected = 0;
}
