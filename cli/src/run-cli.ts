import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { CliError, type Command } from './command.ts';
import type { Io } from './io.ts';

/** Loaded when asked for, so that `--help` and errors come at once. */
const loaders: Record<string, { summary: string; load: () => Promise<Command> }> = {
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

/** Runs one `toolwarden` command line; gives the exit code: 0 done, 1 found problems, 2 could not run. */
export async function runCli(args: string[], io: Io, signal: AbortSignal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help')
    return showHelp(rest[0], io);
  if (name === '--version') return showVersion(io);
  const known = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (known === undefined) {
    io.err(
      `toolwarden: no command ${JSON.stringify(name.slice(0, 40))}; expected one of ${Object.keys(loaders).join(', ')}`,
    );
    return 2;
  }
  try {
    const command = await known.load();
    if (command.help !== undefined && ownOptions(rest).some((arg) => /^(--help|-h)$/.test(arg))) {
      io.out(command.help.trim());
      return 0;
    }
    return await command.run(rest, io, signal);
  } catch (error) {
    return report(error, name, ownOptions(args).includes('--debug'), io);
  }
}

// What stands after `--` is another command's.
function ownOptions(args: string[]): string[] {
  const end = args.indexOf('--');
  return end === -1 ? args : args.slice(0, end);
}

async function showHelp(about: string | undefined, io: Io): Promise<number> {
  if (about !== undefined && Object.hasOwn(loaders, about)) {
    return runCli([about, '--help'], io, new AbortController().signal);
  }
  const width = Math.max(...Object.keys(loaders).map((name) => name.length));
  io.out('toolwarden: what the tools of MCP servers can do, and policies that bound them\n');
  io.out('Usage: toolwarden <command> [options]\n\nCommands:');
  for (const [name, { summary }] of Object.entries(loaders))
    io.out(`  ${name.padEnd(width)}  ${summary}`);
  io.out(
    '\nEvery command takes --help (with an example) and --debug (stack traces); with --json it prints one JSON object a line.',
  );
  io.out('Exit codes: 0 done, 1 found problems, 2 could not run.');
  return 0;
}

async function showVersion(io: Io): Promise<number> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  io.out(JSON.parse(text).version);
  return 0;
}

// Errors of the rooms carry a sentence for people; anything else is a fault of ours, and says so.
function report(error: unknown, command: string, isDebug: boolean, io: Io): number {
  const { name, message, stack, code } = error as Error & { code?: unknown };
  const isExpected =
    error instanceof CliError ||
    (/^(Scraper|Site|Classifier|Policy|Gateway|Store)Error$/.test(name) &&
      typeof code === 'string');
  const line = stripVTControlCharacters(message ?? String(error)).replaceAll(/[\r\n]+/g, ' ');
  if (isExpected)
    io.err(`toolwarden ${line.startsWith(`${command}:`) ? '' : `${command}: `}${line}`);
  else
    io.err(
      `toolwarden ${command}: unexpected ${name}: ${line}; run again with --debug and report it`,
    );
  if (isDebug && stack !== undefined) io.err(stack);
  return error instanceof CliError && error.code === 'refused' ? 1 : 2;
}
