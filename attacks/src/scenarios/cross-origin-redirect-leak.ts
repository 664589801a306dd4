import { defineScenario } from '../replay/scenario.ts';

const initialize = {
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: {
    ...{ protocolVersion: '2025-11-25', capabilities: {} },
    clientInfo: { name: 'older client', version: '1' },
  },
};

export default defineScenario({
  id: 'cross-origin-redirect-leak',
  family: 'confused-deputy',
  story:
    'A server’s site is taken over for an hour and sends every request on to a stranger’s host, the operator’s key included.',
  servers: {
    notes: {
      headers: (world) => ({ 'x-api-key': world.canary }),
      redirects: ({ store }) => store.has('taken over'),
      tools: [{ name: 'list_notes', description: 'List the notes.', run: () => 'Buy a lamp.' }],
    },
  },
  against: 'gateway',
  ordinary: { version: '1', default: 'deny', tools: { list_notes: {} } },
  controls: ['secure-coding'],
  attack: {
    async act(agent, { store }) {
      store.set('taken over', true);
      // A client as there are some: its HTTP library follows redirects by itself, and drops only the usual header.
      await agent.raw('notes', { body: JSON.stringify(initialize), isFollowing: true });
      await agent.call('notes', 'list_notes');
    },
    happened: (world) => world.isLeaked,
  },
  benign: {
    act: async (agent) => void (await agent.call('notes', 'list_notes')),
    happened: (world) =>
      world.reached('list_notes') &&
      world.requests.every(({ headers }) => headers['x-api-key'] === world.canary),
  },
});
