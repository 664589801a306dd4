import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { CliError } from './command.ts';
import type { Io } from './io.ts';
import type { Loaders } from './loaders.ts';

/** Runs one `toolwarden` command line; gives the exit code: 0 done, 1 found problems, 2 could not run. */
export async function runCli(
  args: string[],
  io: Io,
  signal: AbortSignal,
  loaders: Loaders,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help')
    return showHelp(rest[0], io, loaders);
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

async function showHelp(about: string | undefined, io: Io, loaders: Loaders): Promise<number> {
  if (about !== undefined && Object.hasOwn(loaders, about)) {
    return runCli([about, '--help'], io, new AbortController().signal, loaders);
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
