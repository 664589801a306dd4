import type { Endpoint } from './endpoint.ts';

/** A larger answer is no answer to our question. */
const MAX_ANSWER_BYTES = 10 * 1024 * 1024;
const MAX_BATCH_BYTES = 256 * 1024 * 1024;

/** What our own guard found; the SDK hands it on as a cause. */
export class GuardError extends Error {
  readonly failure: 'redirected' | 'too-large';

  constructor(failure: GuardError['failure']) {
    super(failure);
    this.failure = failure;
  }
}

// The key goes to the named host and nowhere else, and the whole body is read within the SDK's deadline. Of the SDK's headers
// only those are sent that the request needs: the others tell of this machine, or come from variables we do not read.
export function guardedFetch({ host, key }: Endpoint): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.host !== host) throw new GuardError('redirected');
    const given = new Headers(init?.headers);
    const sent = new Headers({ 'user-agent': 'toolwarden' });
    for (const name of ['accept', 'content-type']) {
      const value = given.get(name);
      if (value !== null) sent.set(name, value);
    }
    if (key !== undefined) sent.set('authorization', `Bearer ${key}`);
    const response = await fetch(input, { ...init, headers: sent, redirect: 'manual' });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw new GuardError('redirected');
    }
    const isFile = /\/files\/[^/]+\/content$/.test(url.pathname);
    const body = await readCapped(response, isFile ? MAX_BATCH_BYTES : MAX_ANSWER_BYTES);
    const headers = new Headers(response.headers);
    for (const name of ['content-encoding', 'content-length', 'transfer-encoding'])
      headers.delete(name);
    return new Response(body.length === 0 ? null : body, { status: response.status, headers });
  };
}

async function readCapped(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the rest of the body.
    if (size > limit) throw new GuardError('too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
