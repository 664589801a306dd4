// A server with one tool that writes each call into a file before it answers: the truth that sweeps are checked against.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [log = ''] = process.argv.slice(2);
const tools = [
  { name: 'touch', inputSchema: { type: 'object', properties: { n: { type: 'string' } } } },
];

const results: Record<string, (params: Record<string, never>, line: string) => object> = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'counting', version: '1' },
  }),
  'tools/list': () => ({ tools }),
  'tools/call': (_, line) => {
    appendFileSync(log, `${JSON.stringify({ at: Date.now(), line })}\n`);
    return { content: [{ type: 'text', text: 'touched' }] };
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params = {} } = JSON.parse(line);
  const answer = results[method];
  if (id === undefined || answer === undefined) return;
  const result = answer(params, line);
  const send = () => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
  // Calls take a while, so that some are always under way when a gateway is killed.
  if (method === 'tools/call') setTimeout(send, 5);
  else send();
});
