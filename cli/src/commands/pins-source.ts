import type { ServerPins } from '@toolwarden/gateway/pins';
import { CliError } from '../command.ts';
import type { Io } from '../io.ts';
import { resolvePath } from '../paths.ts';
import { readHeaders } from '../read-headers.ts';
import { readEntry } from './policy/files.ts';

/** Where the definitions of a server come from: a command to start, an address, or the catalogue. */
export type LiveOptions = {
  command: readonly string[];
  url?: string;
  /** Sent with each request to the address, as given. */
  headers?: readonly string[];
  id?: string;
  server?: string;
  catalogue?: string;
};

/** One server's name in the lock file, and what there is to accept of it. */
export type LiveServer = { name: string; pins: ServerPins };

const MOST_BYTES = 64 * 1024 * 1024;

/** Lists the servers of a gateway's configuration, or one of them, each as the gateway reaches it. */
export async function readConfigured(
  io: Io,
  options: { config: string; lock?: string } & Pick<LiveOptions, 'server' | 'catalogue'>,
): Promise<{ servers: AsyncIterable<LiveServer>; lock: string }> {
  const { config, server, catalogue } = options;
  const gateway = await import('@toolwarden/gateway/pins');
  const env = io.env as NodeJS.ProcessEnv;
  const found = await gateway.configuredServers(resolvePath(io, config), env);
  const wanted = found.servers.filter(({ name }) => server === undefined || name === server);
  if (wanted.length === 0) {
    const names = found.servers.map(({ name }) => name).join(', ');
    throw new CliError('input', `pins: --server ${server}: ${config} has ${names}`);
  }
  const lock = options.lock ?? found.lock;
  if (lock === undefined) {
    const why = 'no "lock", so its gateway would not see what is accepted';
    throw new CliError('input', `pins: ${config} has ${why}; name the file there, or with --lock`);
  }
  const data = catalogue === undefined ? found.catalogue : resolvePath(io, catalogue);
  const classOf = data === undefined ? undefined : await gateway.readToolClasses(data);
  async function* listed() {
    for (const { name, source, open } of wanted) {
      const listing = await gateway.listLive(open).catch((error: Error) => {
        throw new CliError('input', `pins: ${name}: ${error.message}`);
      });
      yield { name, pins: gateway.pinsOf(listing, { source, ...(classOf && { classOf }) }) };
    }
  }
  return { servers: listed(), lock: resolvePath(io, lock) };
}

/** Lists a server that is named by itself. */
export async function readLiveServer(io: Io, options: LiveOptions): Promise<LiveServer> {
  const { command, url, headers = [], id, server, catalogue } = options;
  const given = [command.length > 0, url !== undefined, id !== undefined].filter(Boolean).length;
  if (given !== 1) {
    throw new CliError(
      'usage',
      "pins: expected one of: the server's command after --, --url URL, --config FILE, or the ID of a server of the catalogue",
    );
  }
  if (headers.length > 0 && url === undefined)
    throw new CliError('usage', 'pins: --header: only a server at --url gets headers');
  if (id !== undefined) return fromCatalogue(io, id, server, catalogue ?? 'data');
  const gateway = await import('@toolwarden/gateway/pins');
  const classOf = catalogue && (await gateway.readToolClasses(resolvePath(io, catalogue)));
  const more = classOf ? { classOf } : {};
  if (url !== undefined) {
    const sent = readHeaders('pins', headers, io.env as NodeJS.ProcessEnv);
    const target = gateway.prepareTarget(checkedUrl(url), sent);
    const listing = await gateway.listLive((events) =>
      gateway.openUrlUpstream({ target, events, maxAnswerBytes: MOST_BYTES }),
    );
    const { host, pathname } = target.url;
    const name = server ?? `url:${host}${pathname.replace(/\/$/, '')}`;
    return {
      name,
      pins: gateway.pinsOf(listing, { source: `${target.url.origin}${pathname}`, ...more }),
    };
  }
  const name = server ?? gateway.serverNameOf(command);
  // Arguments may hold secrets, so the lock file is not told them.
  const listing = await gateway.listLive((events) =>
    gateway.openCommand(command, io.env as NodeJS.ProcessEnv, events),
  );
  return { name, pins: gateway.pinsOf(listing, { source: 'as it was listed', ...more }) };
}

async function fromCatalogue(io: Io, id: string, server: string | undefined, catalogue: string) {
  const { pinsOf } = await import('@toolwarden/gateway/pins');
  const { record, tools } = await readEntry(io, id, catalogue);
  const judged = new Map(
    tools.flatMap(({ digest, judgement }) => (judgement ? [[digest, judgement] as const] : [])),
  );
  const { instructions, prompts, resources, resourceTemplates, version } = record;
  const listing = {
    // One name may have several definitions, by configuration; the default's is the one that a plain start lists.
    tools: record.tools
      .filter(({ configurations }) => configurations.includes(defaultName(record.configurations)))
      .map(({ definition }) => definition),
    ...(instructions !== undefined && { instructions }),
    ...(prompts && { prompts }),
    ...(resources && { resources }),
    ...(resourceTemplates && { resourceTemplates }),
  };
  const pins = pinsOf(listing, {
    source: `catalogue: ${record.id}${version ? `@${version}` : ''}`,
    classOf: ({ digest }) => judged.get(digest),
  });
  return { name: server ?? record.id, pins };
}

function defaultName(configurations: readonly { name: string }[]): string {
  const names = configurations.map(({ name }) => name);
  return names.includes('default') ? 'default' : (names[0] ?? 'default');
}

function checkedUrl(url: string): string {
  const isWeb = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (isWeb) return url;
  throw new CliError('usage', `pins: --url ${url}: expected an address with https or http`);
}
