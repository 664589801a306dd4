import { isJsonObject, own } from '@toolwarden/catalogue';

/** A server of a client's configuration, as far as it may be shown: no values of variables, headers or arguments. */
export type ConfiguredServer = {
  /** What the configuration calls it. */
  name: string;
  /** What the catalogue would call it, where that can be told. */
  id?: string;
  /** What it is started with, or that it is reached over the network: for a person who wonders which one it is. */
  kind: 'npm' | 'pypi' | 'image' | 'url' | 'other';
  version?: string;
  envNames: string[];
  isOff: boolean;
};

/** Reads one entry. Commands, arguments and addresses stay in it; only what names a public package or host comes out. */
export function configuredServer(name: string, entry: unknown): ConfiguredServer {
  const env = own(entry, 'env') ?? own(entry, 'environment');
  const base = {
    name: name.slice(0, 200),
    envNames: isJsonObject(env) ? Object.keys(env).slice(0, 100) : [],
    isOff: own(entry, 'disabled') === true || own(entry, 'enabled') === false,
  };
  const url = ['httpUrl', 'serverUrl', 'url'].map((key) => own(entry, key)).find(isText);
  if (url !== undefined) return { ...base, kind: 'url', ...idOfUrl(url) };
  return { ...base, ...startedBy(wordsOf(entry)) };
}

const isText = (value: unknown): value is string => typeof value === 'string';

function idOfUrl(text: string): { id?: string } {
  const url = URL.parse(text);
  // What follows the path may be a key, and so may what stands before the host.
  return url === null || url.protocol !== 'https:'
    ? {}
    : { id: `url:${url.host}${url.pathname.replace(/\/$/, '')}` };
}

/** Command and arguments as one list of words, without a shell or a gateway of ours in front. */
function wordsOf(entry: unknown): string[] {
  const command = own(entry, 'command');
  const args = own(entry, 'args');
  const all = [command, args].flat().filter(isText);
  const program = programOf(all[0]);
  const inner = program === 'cmd' && /^\/c$/i.test(all[1] ?? '') ? all.slice(2) : all;
  const wrap = inner.indexOf('wrap');
  const split = inner.indexOf('--', wrap);
  const isOurs =
    wrap >= 0 && inner.slice(0, wrap).some((word) => /(^|[/\\])toolwarden(@|$)/.test(word));
  return isOurs && split > wrap ? inner.slice(split + 1) : inner;
}

type Started = Pick<ConfiguredServer, 'kind' | 'id' | 'version'>;

function startedBy([command, ...words]: string[]): Started {
  switch (programOf(command)) {
    case 'npx':
    case 'bunx':
    case 'pnpx':
      return npmPackage(words);
    case 'pnpm':
    case 'yarn':
    case 'npm':
    case 'bun':
      return /^(dlx|exec|x)$/.test(words[0] ?? '') ? npmPackage(words.slice(1)) : { kind: 'other' };
    case 'uvx':
    case 'pipx':
    case 'uv':
      return { kind: 'pypi' };
    case 'docker':
    case 'podman':
      return { kind: 'image' };
    default:
      return { kind: 'other' };
  }
}

function programOf(command = ''): string {
  const last = command.slice(Math.max(command.lastIndexOf('/'), command.lastIndexOf('\\')) + 1);
  return last.replace(/\.(cmd|exe|ps1)$/i, '');
}

function npmPackage(words: string[]): Started {
  let named: string | undefined;
  let at = 0;
  while (at < words.length && words[at]?.startsWith('-') && words[at] !== '--') {
    const [option, value] = (words[at] as string).split('=', 2);
    const isName = option === '-p' || option === '--package';
    if (isName) named = value ?? words[at + 1];
    at += isName && value === undefined ? 2 : 1;
  }
  const spec = named ?? words[words[at] === '--' ? at + 1 : at] ?? '';
  const found = /^((?:@[a-z0-9._-]+\/)?[a-z0-9._-]+)(?:@([\w.+~^-]+))?$/i.exec(spec);
  if (found?.[1] === undefined) return { kind: 'other' };
  const version = found[2];
  return {
    kind: 'npm',
    id: `npm:${found[1]}`,
    ...(version !== undefined && /^\d+\.\d+\.\d+/.test(version) && { version }),
  };
}
