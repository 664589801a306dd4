import type { Command } from './command.ts';

/** Commands by name, each loaded when it is asked for, so that `--help` and errors come at once. */
export type Loaders = Record<string, { summary: string; load: () => Promise<Command> }>;

/** Every command. */
export const loaders: Loaders = {
  crawl: {
    summary: 'list the tools of MCP servers',
    load: async () => (await import('./commands/crawl.ts')).crawlCommand,
  },
  sources: {
    summary: 'take servers to crawl from an MCP registry',
    load: async () => (await import('./commands/sources.ts')).sourcesCommand,
  },
  classify: {
    summary: 'judge the tools that were listed',
    load: async () => (await import('./commands/classify.ts')).classifyCommand,
  },
  policy: {
    summary: 'check, try, merge, recommend and learn policies',
    load: async () => (await import('./commands/policy-entry.ts')).policyEntry,
  },
  wrap: {
    summary: 'run a server behind a policy, for a client that starts it on stdio',
    load: async () => (await import('./commands/wrap.ts')).wrapCommand,
  },
  gateway: {
    summary: 'stand between many clients and many servers, over HTTP',
    load: async () => (await import('./commands/gateway.ts')).gatewayCommand,
  },
  grants: {
    summary: 'say who may call through the gateway',
    load: async () => (await import('./commands/grants.ts')).grantsCommand,
  },
  approvals: {
    summary: 'answer what the gateway asks a person',
    load: async () => (await import('./commands/approvals.ts')).approvalsCommand,
  },
  pins: {
    summary: 'accept the definitions of tools, and see what changed since',
    load: async () => (await import('./commands/pins.ts')).pinsCommand,
  },
  audit: {
    summary: 'read and check the record of every decision',
    load: async () => (await import('./commands/audit.ts')).auditCommand,
  },
  attacks: {
    summary: 'search, read and replay the attack database',
    load: async () => (await import('./commands/attacks.ts')).attacksCommand,
  },
  build: {
    summary: 'build the site',
    load: async () => (await import('./commands/build.ts')).buildCommand,
  },
  serve: {
    summary: 'serve a built site',
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
  refresh: {
    summary: 'crawl what is due, classify, build, publish',
    load: async () => (await import('./commands/refresh.ts')).refreshCommand,
  },
  queue: {
    summary: 'hand due servers to workers and write what they find',
    load: async () => (await import('./commands/queue.ts')).queueCommand,
  },
  worker: {
    summary: 'crawl what the queue hands out',
    load: async () => (await import('./commands/worker.ts')).workerCommand,
  },
};
