// The server behind every target of the bench: plain lines, as cheap as a server can be.
import { createInterface } from 'node:readline';

const tool = {
  name: 'echo',
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string' } },
    required: ['text'],
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) continue;
  const result =
    method === 'initialize'
      ? {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'echo', version: '1' },
        }
      : method === 'tools/list'
        ? { tools: [tool] }
        : { content: [{ type: 'text', text: params.arguments.text }] };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
}
