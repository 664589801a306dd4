import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
};

/** Each answer waits so long, to find steps of a test that do not wait for what they need. */
const DELAY_MS = Number(process.env['SLOWER_SITE_MS'] ?? 0);

/**
 * Serves a built site for tests, as any static host does: `/a` is `/a.html`, `/` is `/index.html`. Packed, it compresses
 * what it sends and lets files with a hash in their name be kept.
 */
export async function serveForTest(
  dir: string,
  { isPacked = false } = {},
): Promise<{ url: string; close: () => void }> {
  const server: Server = createServer(async (request, response) => {
    if (DELAY_MS > 0) await setTimeout(DELAY_MS);
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    for (const file of [path, `${path}.html`, join(path, 'index.html')]) {
      const body = await readFile(join(dir, file)).catch(() => undefined);
      if (body === undefined) continue;
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      const isKept = path.startsWith('/_astro/');
      const isGzip = isPacked && type !== 'font/woff2';
      response.writeHead(200, {
        ...{ 'content-type': type, 'x-content-type-options': 'nosniff' },
        ...(isPacked && { 'cache-control': isKept ? 'max-age=31536000, immutable' : 'no-cache' }),
        ...(isGzip && { 'content-encoding': 'gzip' }),
      });
      return void response.end(isGzip ? gzipSync(body) : body);
    }
    response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' });
    response.end(await readFile(join(dir, '404.html')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
