import type { JsonObject } from '@toolwarden/catalogue';
import type { Agent } from '../replay/agent.ts';
import { defineScenario } from '../replay/scenario.ts';
import { shape } from '../replay/tools.ts';

const VERSION = '2026-07-28';

export default defineScenario({
  id: 'header-body-mismatch',
  family: 'confused-deputy',
  story:
    'A proxy lets only status calls pass and reads that from the headers; the attacker writes a status call there and a deletion into the body.',
  servers: {
    projects: {
      tools: [
        { name: 'get_status', description: 'Say how a project is.', run: () => 'green' },
        {
          name: 'delete_project',
          description: 'Delete a project.',
          inputSchema: shape({ id: 'string' }),
          run: ({ id }) => `${id} is gone`,
        },
      ],
    },
  },
  against: 'gateway',
  // Others with this policy may delete; it is the proxy that should have kept this caller from it.
  ordinary: { version: '1', default: 'deny', tools: { get_status: {}, delete_project: {} } },
  controls: ['secure-coding'],
  attack: {
    async act(agent) {
      const deletion = { name: 'delete_project', arguments: { id: 'lamp' } };
      const written = `=?base64?${Buffer.from('get_status').toString('base64')}?=`;
      for (const name of ['get_status', written]) await throughProxy(agent, name, deletion);
    },
    happened: (world) => world.reached('delete_project'),
  },
  benign: {
    act: (agent) => throughProxy(agent, 'get_status', { name: 'get_status', arguments: {} }),
    happened: (world) => world.reached('get_status'),
  },
});

/** What passes a proxy that looks at the headers alone. */
async function throughProxy(agent: Agent, named: string, params: JsonObject): Promise<void> {
  const [, coded = ''] = /^=\?base64\?(.*)\?=$/.exec(named) ?? [];
  const read = coded === '' ? named : Buffer.from(coded, 'base64').toString();
  if (read !== 'get_status') return;
  const meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'agent', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const message = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { ...params, _meta: meta },
  };
  await agent.raw('projects', {
    headers: {
      'mcp-protocol-version': VERSION,
      'mcp-method': 'tools/call',
      'mcp-name': named,
    },
    body: JSON.stringify(message),
  });
}
