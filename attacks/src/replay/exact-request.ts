import { request } from 'node:http';

/** What came back for a request. */
type Came = { status: number; text: string; headers: Headers };

/** Sends a request with exactly these headers, Host among them, which `fetch` would set itself. Follows nothing. */
export function exactRequest(
  url: string,
  { body, ...options }: { method: string; headers: Record<string, string>; body?: string },
  timeoutMs: number,
): Promise<Came> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request(url, { ...options, signal }, (response) => {
      const headers = new Headers();
      for (const [name, value] of Object.entries(response.headers)) {
        if (value !== undefined) headers.set(name, String(value));
      }
      let text = '';
      const done = () => resolve({ status: response.statusCode ?? 0, text, headers });
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      // A stream that never ends says what it said until then.
      response.on('end', done).on('error', done);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
