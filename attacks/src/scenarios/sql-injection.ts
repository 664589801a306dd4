import { defineScenario } from '../replay/scenario.ts';
import { shape } from '../replay/tools.ts';

export default defineScenario({
  id: 'sql-injection',
  family: 'argument-injection',
  story:
    'A “table name” from a chat message carries a second statement, which the server pastes into its SQL.',
  servers: {
    database: {
      tools: [
        {
          name: 'describe_table',
          description: 'Describe a table.',
          is: { category: 'Read' },
          inputSchema: shape({ table: 'string' }),
          run({ table }, world) {
            const statements = `PRAGMA table_info(${table})`.split(';');
            if (statements.length > 1) world.store.set('dropped', statements[1]);
            if (table === 'secrets') world.outside.push(world.canary);
            world.store.set('described', table);
            return 'id INTEGER';
          },
        },
      ],
    },
  },
  against: 'policy',
  ordinary: { version: '1', default: 'deny', tools: { describe_table: {} } },
  controls: ['argument-constraint'],
  attack: {
    act: async (agent) =>
      void (await agent.call('database', 'describe_table', { table: 'x); DROP TABLE users; --' })),
    happened: (world) => world.store.has('dropped'),
  },
  benign: {
    act: async (agent) =>
      void (await agent.call('database', 'describe_table', { table: 'orders' })),
    happened: (world) => world.store.get('described') === 'orders',
  },
  passes: {
    what: 'A well-formed name of a table that should not be asked for: the pattern bounds the form, not the choice.',
    act: async (agent) =>
      void (await agent.call('database', 'describe_table', { table: 'secrets' })),
    happened: (world) => world.isLeaked,
  },
});
