import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import type { Difference, Lock, ServerPins } from '@toolwarden/gateway/pins';
import { CliError, type Command, readArguments } from '../command.ts';
import type { Io } from '../io.ts';
import { resolvePath } from '../paths.ts';
import { plainText } from '../plain-text.ts';
import { table } from '../table.ts';
import {
  type LiveOptions,
  type LiveServer,
  readConfigured,
  readLiveServer,
} from './pins-source.ts';

const help = `
toolwarden pins accept [options] (-- COMMAND [ARGUMENT…] | --url URL | --config FILE | ID)
toolwarden pins diff [options] (-- COMMAND [ARGUMENT…] | --url URL | --config FILE | ID)
toolwarden pins list [--lock FILE | --config FILE]
toolwarden pins schema

Keeps the definitions of tools, prompts and resources, and the instructions of servers, that you have looked at and
accepted. A gateway whose policy says "pinning": "enforce" lets nothing else through: toolwarden wrap --lock FILE.

  accept            writes what the server lists now into the lock file, and shows what is different; of several servers
                    all or, where one cannot be listed, none
  diff              only shows it
  list              the servers of the lock file, and how much of each was accepted
  schema            prints the JSON Schema of the lock file
  -- COMMAND        the server, started as wrap starts it; nothing else is started
  --url URL         a server that runs already
  --header NAME:VALUE  sent with each request to it; VALUE may say \${env:NAME}, which keeps secrets off the command line
  --config FILE     the servers of a gateway's configuration, or the one that --server names, each reached as the gateway
                    does, and its lock file, which it must name
  ID                a server of the catalogue, such as npm:@iterable/mcp, as it was crawled; nothing is started
  --catalogue PATH  the catalogue's data folder (default data, for an ID); says what tools are, for rules under "classes"
  --lock FILE       default toolwarden.lock.json
  --server NAME     name of the server in the lock file; else as wrap names it
  --only NAME       accept only this tool, prompt or address; may be given several times
  --json            one line for each difference: {server, kind, name, change, lines}

Exit code 0; 1 where diff found a difference; 2 where the server cannot be listed or the file not be written.

Examples:
  toolwarden pins accept -- npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /srv/notes
  toolwarden pins diff --config gateway.json
`;

export const pinsCommand: Command = {
  name: 'pins',
  summary: 'accept the definitions of tools, and see what changed since',
  help,
  run,
};

const OPTIONS = {
  lock: { type: 'string' },
  server: { type: 'string' },
  catalogue: { type: 'string' },
  url: { type: 'string' },
  header: { type: 'string', multiple: true },
  config: { type: 'string' },
  only: { type: 'string', multiple: true },
} as const;

type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

async function run(args: string[], io: Io): Promise<number> {
  const split = args.indexOf('--');
  const own = split === -1 ? args : args.slice(0, split);
  const { values, positionals } = readArguments('pins', own, OPTIONS);
  const [act, id, more] = positionals;
  if (act === 'list' && id === undefined && split === -1) {
    const isNamed = values.config === undefined;
    const lock = isNamed ? lockNamed(io, values) : (await inConfig(io, values)).lock;
    return list(io, lock, values.json === true);
  }
  if (act === 'schema' && id === undefined && split === -1) return printSchema(io);
  if ((act !== 'accept' && act !== 'diff') || more !== undefined) {
    throw new CliError(
      'usage',
      'pins: expected accept, diff, list or schema; see toolwarden pins --help',
    );
  }
  const command = split === -1 ? [] : args.slice(split + 1);
  const { servers, lock } = await serversOf(io, values, { command, id });
  const compared = await compareAll(io, servers, lock, { ...values, act });
  const isAccepted = act === 'accept';
  if (isAccepted) {
    const { writeLock } = await import('@toolwarden/gateway/pins');
    // What was accepted of other servers while these were listed, which may take minutes, stays.
    const now = await lockIn(lock);
    await writeLock(lock, { ...now, servers: { ...now.servers, ...compared.accepted } });
  }
  const what = isAccepted
    ? `is accepted in ${relative(io.cwd, lock)}`
    : 'differs from what was accepted';
  if (!values.json)
    for (const { name, found } of compared.servers) io.out(summary(name, found, what));
  return !isAccepted && compared.servers.some(({ found }) => found.length > 0) ? 1 : 0;
}

type Compared = {
  accepted: Lock['servers'];
  servers: { name: string; found: Difference[] }[];
};

/** Looks at all of them before anything is written: a server that cannot be listed must not leave half accepted. */
async function compareAll(
  io: Io,
  servers: AsyncIterable<LiveServer> | LiveServer[],
  file: string,
  { act, ...values }: Values & { act: 'accept' | 'diff' },
): Promise<Compared> {
  const lock = await lockIn(file);
  const compared: Compared = { accepted: {}, servers: [] };
  try {
    for await (const server of servers) {
      const known = { ...lock, servers: { ...lock.servers, ...compared.accepted } };
      const { pins, found } = await compare(io, server, known, values);
      compared.accepted = { ...compared.accepted, [server.name]: pins };
      compared.servers.push({ name: server.name, found });
    }
  } catch (error) {
    const isOneOfSeveral = act === 'accept' && values.config !== undefined;
    if (!(error instanceof CliError && isOneOfSeveral)) throw error;
    throw new CliError('input', `${error.message}; nothing was accepted`, { cause: error });
  }
  return compared;
}

async function lockIn(file: string): Promise<Lock> {
  const { readLock } = await import('@toolwarden/gateway/pins');
  return existsSync(file) ? readLock(file) : { version: '1', servers: {} };
}

/** What is to be looked at: one server, or those of a gateway's configuration, which knows its lock file. */
async function serversOf(
  io: Io,
  values: Values,
  { command, id }: { command: string[]; id: string | undefined },
): Promise<{ servers: AsyncIterable<LiveServer> | LiveServer[]; lock: string }> {
  const { config, url, header, only } = values;
  if (config === undefined) {
    const given = { command, ...(id !== undefined && { id }), ...pick(values) };
    return { servers: [await readLiveServer(io, given)], lock: lockNamed(io, values) };
  }
  if (command.length > 0 || id !== undefined || url !== undefined || header !== undefined)
    throw new CliError('usage', 'pins: --config names the servers; leave out all else that does');
  if (only !== undefined && values.server === undefined)
    throw new CliError('usage', 'pins: --only: with --config it needs --server NAME');
  return inConfig(io, values);
}

const lockNamed = (io: Io, { lock = 'toolwarden.lock.json' }: Values) => resolvePath(io, lock);

const inConfig = (io: Io, { config = '', lock, ...values }: Values) =>
  readConfigured(io, { config, ...(lock !== undefined && { lock }), ...pick(values) });

/** Shows what differs of one server, and says what accepting it would keep. */
async function compare(
  io: Io,
  { name, pins }: LiveServer,
  lock: Lock,
  { only, json = false, config }: Values,
): Promise<{ pins: ServerPins; found: Difference[] }> {
  const accepted = Object.hasOwn(lock.servers, name) ? lock.servers[name] : undefined;
  const found = await withSpoken(await differencesOf(accepted, pins, only), name, {
    ...lock,
    servers: { ...lock.servers, [name]: pins },
  });
  // Of several servers, each has its name above what differs.
  if (config !== undefined && !json && found.length > 0) io.out(plainText(`${name}:`));
  for (const difference of found) show(io, name, difference, json);
  const next = only === undefined ? pins : withOnly(accepted ?? { tools: {} }, pins, found);
  return { pins: next, found };
}

function pick(values: {
  server?: string;
  catalogue?: string;
  url?: string;
  header?: string[];
}): Partial<LiveOptions> {
  const { server, catalogue, url, header } = values;
  return {
    ...(server !== undefined && { server }),
    ...(catalogue !== undefined && { catalogue }),
    ...(url !== undefined && { url }),
    ...(header !== undefined && { headers: header }),
  };
}

async function differencesOf(
  accepted: ServerPins | undefined,
  pins: ServerPins,
  only: readonly string[] | undefined,
): Promise<Difference[]> {
  const { differences } = await import('@toolwarden/gateway/pins');
  const found = differences(accepted, pins);
  if (only === undefined) return found;
  const missing = only.find((name) => !found.some((each) => each.name === name));
  if (missing !== undefined) {
    throw new CliError('input', `pins: --only ${missing}: nothing of that name differs`);
  }
  return found.filter(({ name }) => only.includes(name));
}

const FIELDS = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  'resource template': 'resourceTemplates',
} as const;

/** A text about another server's tool is how one server steers another: a person should see that first. */
async function withSpoken(found: Difference[], server: string, lock: Lock): Promise<Difference[]> {
  const { shadowings, shadowingWords } = await import('@toolwarden/gateway/pins');
  const pins = lock.servers[server];
  return found.map((difference) => {
    const { kind, name, lines } = difference;
    const text =
      kind === 'instructions' ? pins?.instructions?.text : pins?.[FIELDS[kind]]?.[name]?.definition;
    if (text === undefined) return difference;
    const spoken = shadowings(text, server, lock).map(shadowingWords);
    return { ...difference, lines: [...spoken, ...lines] };
  });
}

/** What was accepted before, with only these differences taken over. */
function withOnly(accepted: ServerPins, now: ServerPins, found: readonly Difference[]): ServerPins {
  const next = structuredClone(accepted);
  for (const { kind, name } of found) {
    if (kind === 'instructions') continue;
    const field = FIELDS[kind];
    const entries: Record<string, unknown> = { ...next[field] };
    const taken = now[field] ?? {};
    if (Object.hasOwn(taken, name)) entries[name] = taken[name];
    else delete entries[name];
    Object.assign(next, { [field]: entries });
  }
  return next;
}

function show(io: Io, server: string, difference: Difference, isJson: boolean): void {
  if (isJson) {
    io.out(JSON.stringify({ server, ...difference }));
    return;
  }
  const { kind, name, change, lines } = difference;
  io.out(plainText(`${change} ${kind}${name === '' ? '' : ` ${name}`}`));
  for (const line of lines) io.out(plainText(`    ${line}`));
}

function summary(server: string, found: readonly Difference[], what: string): string {
  if (found.length === 0) return plainText(`${server}: nothing changed`);
  const counts = (['changed', 'new', 'vanished'] as const)
    .map((change) => [found.filter((each) => each.change === change).length, change] as const)
    .filter(([count]) => count > 0)
    .map(([count, change]) => `${count} ${change}`);
  return plainText(`${server} ${what}: ${counts.join(', ')}`);
}

async function printSchema(io: Io): Promise<number> {
  const { lockJsonSchema } = await import('@toolwarden/gateway/pins');
  io.out(JSON.stringify(lockJsonSchema(), null, 2));
  return 0;
}

async function list(io: Io, file: string, isJson: boolean): Promise<number> {
  const { readLock } = await import('@toolwarden/gateway/pins');
  const { servers } = await readLock(file);
  const rows = Object.entries(servers).map(([server, pins]) => ({
    server,
    tools: Object.keys(pins.tools).length,
    prompts: Object.keys(pins.prompts ?? {}).length,
    resources: Object.keys(pins.resources ?? {}).length,
    templates: Object.keys(pins.resourceTemplates ?? {}).length,
    instructions: pins.instructions !== undefined,
    source: pins.source ?? '',
  }));
  if (isJson) for (const row of rows) io.out(JSON.stringify(row));
  else if (rows.length === 0) io.out('nothing is accepted yet');
  else {
    const heads = Object.keys(rows[0] ?? {});
    const cells = rows.map((row) => Object.values(row).map((cell) => plainText(String(cell))));
    for (const line of table(heads, cells)) io.out(line);
  }
  return 0;
}
