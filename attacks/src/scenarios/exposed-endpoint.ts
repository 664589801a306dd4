import { defineScenario } from '../replay/scenario.ts';

const initialize = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: {
    ...{ protocolVersion: '2025-11-25', capabilities: {} },
    clientInfo: { name: 'stranger', version: '1' },
  },
});

export default defineScenario({
  id: 'exposed-endpoint',
  family: 'confused-deputy',
  story: 'Somebody who has no token finds the address and calls a tool.',
  servers: {
    store: {
      tools: [
        {
          name: 'read_orders',
          description: 'Read all orders.',
          run: (_, world) => `order 1: ${world.canary}`,
        },
      ],
    },
  },
  against: 'gateway',
  ordinary: { version: '1', default: 'deny', tools: { read_orders: {} } },
  controls: ['authentication'],
  attack: {
    async act(agent, world) {
      const stranger = { authorization: '' };
      const opened = await agent.raw('store', { headers: stranger, body: initialize });
      const session = opened.headers.get('mcp-session-id') ?? 'none';
      const headers = {
        ...stranger,
        'mcp-session-id': session,
        'mcp-protocol-version': '2025-11-25',
      };
      const params = { name: 'read_orders', arguments: {} };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params });
      const { text } = await agent.raw('store', { headers, body });
      world.outside.push(text);
    },
    happened: (world) => world.isLeaked,
  },
  benign: {
    act: async (agent) => void (await agent.call('store', 'read_orders')),
    happened: (world) => world.reached('read_orders'),
  },
});
