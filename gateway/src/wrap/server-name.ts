import { createHash } from 'node:crypto';
import { basename } from 'node:path';

const RUNNERS = new Map([
  ['npx', 'npm'],
  ['bunx', 'npm'],
  ['uvx', 'pypi'],
]);
const INTERPRETERS = new Set(['node', 'bun', 'deno', 'python', 'python3']);

/**
 * What a wrapped server is called in counters, approvals and the audit: its package where a runner starts it, else its
 * command. Other arguments make another server (another folder, another account), so they enter as a hash: they may
 * hold secrets.
 */
export function serverNameOf(command: readonly string[]): string {
  const [path = '', ...args] = command;
  const program = basename(path).replace(/\.(cmd|exe)$/, '');
  const registry = RUNNERS.get(program);
  const first = args.findIndex((arg) => !arg.startsWith('-'));
  const named = first === -1 ? undefined : args[first];
  if (registry !== undefined && named !== undefined) {
    // The version is left out: a limit is not to start again with an update.
    return withRest(`${registry}:${named.replace(/(?<=.)@[^/]*$/, '')}`, args.slice(first + 1));
  }
  const isScript = INTERPRETERS.has(program) && named !== undefined;
  return withRest(`local:${isScript ? basename(named) : program}`, args);
}

function withRest(name: string, rest: readonly string[]): string {
  if (rest.length === 0) return name;
  return `${name}#${createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 8)}`;
}
