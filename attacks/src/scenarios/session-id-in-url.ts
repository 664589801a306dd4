import { defineScenario } from '../replay/scenario.ts';

const initialize = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: {
    ...{ protocolVersion: '2025-11-25', capabilities: {} },
    clientInfo: { name: 'owner', version: '1' },
  },
});

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
        const id = world.store.get('session');
        return id !== undefined && path.includes(`sessionId=${id}`)
          ? `notes: ${world.canary}`
          : undefined;
      },
    },
  },
  against: 'gateway',
  ordinary: { version: '1', default: 'deny', tools: { read_notes: {} } },
  controls: ['session-binding'],
  attack: {
    async act(agent, world) {
      // The session is a real one, opened by somebody who may.
      const opened = await agent.raw('notes', { body: initialize });
      const id = opened.headers.get('mcp-session-id') ?? '';
      world.store.set('session', id);
      const headers = { authorization: '' };
      for (const path of [`?sessionId=${id}`, `?mcp-session-id=${id}&sessionId=${id}`]) {
        for (const method of ['GET', 'POST']) {
          const body =
            method === 'POST' ? { body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' } : {};
          const { text } = await agent.raw('notes', { method, path, headers, ...body });
          world.outside.push(text);
        }
      }
      // The id where it belongs opens nothing either, without the token of the one who opened the session.
      const params = { name: 'read_notes', arguments: {} };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params });
      const stolen = { ...headers, 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
      world.outside.push((await agent.raw('notes', { headers: stolen, body })).text);
    },
    happened: (world) => world.isLeaked,
  },
  benign: {
    act: async (agent) => void (await agent.call('notes', 'read_notes')),
    happened: (world) => world.reached('read_notes'),
  },
});
