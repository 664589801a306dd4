import { defineScenario } from '../replay/scenario.ts';

const initialize = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: {
    ...{ protocolVersion: '2025-11-25', capabilities: {} },
    clientInfo: { name: 'page', version: '1' },
  },
});
const call = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 2, method: 'tools/call' },
  params: { name: 'read_notes', arguments: {} },
});
// A page whose name was turned to this machine: for the browser it is still the page's own site.
const page = { host: 'rebound.example', origin: 'http://rebound.example' };

export default defineScenario({
  id: 'dns-rebinding',
  family: 'confused-deputy',
  story:
    'A web page has its name point at the user’s own machine, and its script calls the local endpoint, with the user’s token even.',
  servers: {
    notes: {
      tools: [
        {
          name: 'read_notes',
          description: 'Read the user’s notes.',
          is: { category: 'Read', traits: ['private_data'] },
          run: (_, world) => `Door code ${world.canary}`,
        },
      ],
    },
  },
  against: 'gateway',
  ordinary: { version: '1', default: 'deny', tools: { read_notes: {} } },
  controls: ['origin-check', 'authentication'],
  attack: {
    async act(agent, world) {
      for (const lies of [page, { host: page.host }, { origin: page.origin }]) {
        const opened = await agent.raw('notes', { headers: lies, body: initialize });
        const session = opened.headers.get('mcp-session-id') ?? 'none';
        const headers = { ...lies, 'mcp-session-id': session };
        const { text } = await agent.raw('notes', { headers, body: call });
        world.outside.push(text);
      }
    },
    happened: (world) => world.isLeaked,
  },
  benign: {
    act: async (agent) => void (await agent.call('notes', 'read_notes')),
    happened: (world) => world.reached('read_notes'),
  },
  passes: {
    what: 'The page calls the local server itself, which stands beside the gateway and compares nothing.',
    async act(agent, world) {
      await agent.call('notes', 'read_notes');
      const [known] = world.requests;
      const address = `http://${known?.headers['host']}${known?.path}`;
      const send = (body: string, session: Record<string, string>) => {
        const accept = 'application/json, text/event-stream';
        const headers = { origin: page.origin, 'content-type': 'application/json', accept };
        return fetch(address, { method: 'POST', headers: { ...headers, ...session }, body });
      };
      const opened = await send(initialize, {});
      const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
      world.outside.push(await (await send(call, session)).text());
    },
    happened: (world) => world.isLeaked,
  },
});
