// An HTTP server of the stateless era with one tool; writes each call that reaches it into the file of its first argument,
// and prints its port.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [log = ''] = process.argv.slice(2);
const whole = { resultType: 'complete', ttlMs: 60_000, cacheScope: 'public' };
const tool = { name: 'touch', description: 'Is counted', inputSchema: { type: 'object' } };
const answers: Record<string, object> = {
  'server/discover': { ...whole, supportedVersions: ['2026-07-28'], capabilities: { tools: {} } },
  'tools/list': { ...whole, tools: [tool] },
  'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'counted' }] },
};
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString());
    if (method === 'tools/call') {
      appendFileSync(log, `${JSON.stringify({ at: Date.now(), n: params.arguments.n })}\n`);
    }
    const result = answers[method];
    const error = { code: -32601, message: 'unknown method' };
    const body = JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result } : { error }) });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
