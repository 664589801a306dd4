import { defineScenario } from '../replay/scenario.ts';
import { shape } from '../replay/tools.ts';

const initialize = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: {
    ...{ protocolVersion: '2025-11-25', capabilities: {} },
    clientInfo: { name: 'user', version: '1' },
  },
});
const call = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 2, method: 'tools/call' },
  params: { name: 'get_report', arguments: { handle: 'report-1' } },
});

export default defineScenario({
  id: 'state-handle-hijack',
  family: 'confused-deputy',
  story:
    'A session id is found in a log; whoever has it goes on in the session, without a token of their own.',
  servers: {
    reports: {
      tools: [
        {
          name: 'get_report',
          description: 'Read a report by its handle.',
          is: { category: 'Read', traits: ['private_data'] },
          inputSchema: shape({ handle: 'string' }),
          run: ({ handle }, world) => (handle === 'report-1' ? world.canary : 'an empty report'),
        },
      ],
    },
  },
  against: 'gateway',
  ordinary: { version: '1', default: 'deny', tools: { get_report: {} } },
  controls: ['session-binding', 'authentication'],
  attack: {
    async act(agent, world) {
      const opened = await agent.raw('reports', { body: initialize });
      const session = opened.headers.get('mcp-session-id') ?? 'none';
      // From here on it is a stranger who speaks, with nothing but the id.
      for (const authorization of ['', 'Bearer twg_of_somebody_else']) {
        const headers = { authorization, 'mcp-session-id': session };
        world.outside.push((await agent.raw('reports', { headers, body: call })).text);
      }
    },
    happened: (world) => world.isLeaked,
  },
  benign: {
    act: async (agent) => void (await agent.call('reports', 'get_report', { handle: 'report-2' })),
    happened: (world) => world.reached('get_report'),
  },
  passes: {
    what: 'The handle is one that the server made itself, and counts up: who may use the tool guesses another user’s.',
    async act(agent, world) {
      for (const handle of ['report-0', 'report-1']) {
        world.outside.push((await agent.call('reports', 'get_report', { handle })).text);
      }
    },
    happened: (world) => world.isLeaked,
  },
});
