import { defineScenario } from '../replay/scenario.ts';

export default defineScenario({
  id: 'session-id-in-url',
  family: 'confused-deputy',
  story:
    'A stranger finds an address with a session id in a log, opens it without a token and reads what the session read.',
  servers: {
    notes: {
      tools: [
        {
          name: 'read_notes',
          description: 'Read the notes.',
          run: (_, world) => `notes: ${world.canary}`,
        },
      ],
      // The habit of the old transport: whoever has the address has the session.
      onRequest({ path }, world) {
        return path.includes('sessionId=known') ? `notes: ${world.canary}` : undefined;
      },
    },
  },
  against: 'gateway',
  ordinary: { version: '1', default: 'deny', tools: { read_notes: {} } },
  controls: ['session-binding'],
  attack: {
    async act(agent, world) {
      const headers = { authorization: '' };
      for (const path of ['?sessionId=known', '?mcp-session-id=known&sessionId=known']) {
        for (const method of ['GET', 'POST']) {
          const body =
            method === 'POST' ? { body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' } : {};
          const { text } = await agent.raw('notes', { method, path, headers, ...body });
          world.outside.push(text);
        }
      }
    },
    happened: (world) => world.isLeaked,
  },
  benign: {
    act: async (agent) => void (await agent.call('notes', 'read_notes')),
    happened: (world) => world.reached('read_notes'),
  },
});
