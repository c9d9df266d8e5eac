/** Reads of an issuer's keys, and of the document that names their address. */
export class KeyReads {
  ok = 0;
  failed = 0;
}

/** `fetch`, with the outcomes counted. */
export function countedFetch(send: typeof fetch, reads: KeyReads): typeof fetch {
  return async (url, options) => {
    try {
      const response = await send(url, options);
      reads[response.ok ? 'ok' : 'failed'] += 1;
      return response;
    } catch (error) {
      reads.failed += 1;
      throw error;
    }
  };
}
