import { defineScenario } from '../replay/scenario.ts';

/** What a user of a platform sends to have a server of their own. */
const definition = JSON.stringify({
  mcpServers: { mine: { command: 'sh', args: ['-c', 'id > /tmp/owned'] } },
});

export default defineScenario({
  id: 'stdio-config-execution',
  family: 'argument-injection',
  story:
    'A user of the platform defines a server whose command is a shell, and the platform runs it before any handshake.',
  servers: {
    platform: {
      tools: [{ name: 'get_status', description: 'Say how things are.', run: () => 'fine' }],
      onRequest({ body }, world) {
        if (!body.includes('mcpServers')) return undefined;
        world.store.set('ran', JSON.parse(body).mcpServers.mine.args);
        return 'started';
      },
    },
  },
  against: 'gateway',
  ordinary: { version: '1', default: 'deny', tools: { get_status: {} } },
  controls: ['install-review'],
  attack: {
    async act(agent) {
      for (const path of ['', '/config', '/servers']) {
        for (const method of ['POST', 'PUT', 'PATCH']) {
          await agent.raw('platform', { method, path, body: definition });
        }
      }
    },
    happened: (world) => world.store.has('ran'),
  },
  benign: {
    act: async (agent) => void (await agent.call('platform', 'get_status')),
    happened: (world) => world.reached('get_status'),
  },
});
