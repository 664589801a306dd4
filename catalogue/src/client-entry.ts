import { isJsonObject, own } from './json.ts';
import type { PackageSource } from './server.ts';

/**
 * What one entry of an MCP client's configuration starts or calls. Its arguments and variables are a person's own: who shows
 * or keeps them must leave their values out.
 */
export type ClientEntry = {
  /** False where the entry is turned off. */
  isOn: boolean;
  envNames: string[];
  /** Where it is called over the network, under whichever word its client has for that. */
  url: { key: 'httpUrl' | 'serverUrl' | 'url'; text: string } | undefined;
  /** Program and arguments, without a shell or a gateway of ours in front. */
  words: string[];
};

export function readClientEntry(entry: unknown): ClientEntry {
  const env = own(entry, 'env') ?? own(entry, 'environment');
  const url = (['httpUrl', 'serverUrl', 'url'] as const)
    .map((key) => ({ key, text: own(entry, key) }))
    .find((each): each is NonNullable<ClientEntry['url']> => typeof each.text === 'string');
  return {
    isOn: own(entry, 'disabled') !== true && own(entry, 'enabled') !== false,
    envNames: isJsonObject(env) ? Object.keys(env) : [],
    url,
    words: wordsOf(entry),
  };
}

function wordsOf(entry: unknown): string[] {
  const all = [own(entry, 'command'), own(entry, 'args')]
    .flat()
    .filter((word) => typeof word === 'string');
  // On Windows, and where a shell is asked to find the program.
  const isShell = programName(all[0] ?? '') === 'cmd' && /^\/c$/i.test(all[1] ?? '');
  const inner = isShell ? all.slice(2) : all;
  const wrap = inner.indexOf('wrap');
  const split = inner.indexOf('--', wrap);
  const isOurs =
    wrap >= 0 && inner.slice(0, wrap).some((word) => /(^|[/\\])toolwarden(@|$)/.test(word));
  return isOurs && split > wrap ? inner.slice(split + 1) : inner;
}

/** The last part of a path, without the endings Windows has for programs. */
export function programName(path: string): string {
  const last = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return last.replace(/\.(cmd|exe|ps1)$/i, '');
}

const MAX_ARGS = 50;

/** The public package that some words start, and what is handed to it; nothing for a program of one's own. */
export function startedPackage([path = '', ...words]: readonly string[]):
  | PackageSource
  | undefined {
  switch (programName(path)) {
    case 'npx':
    case 'bunx':
    case 'pnpx':
      return npmPackage(words);
    case 'pnpm':
    case 'yarn':
    case 'npm':
    case 'bun':
      return ['dlx', 'exec', 'x'].includes(words[0] ?? '') ? npmPackage(words.slice(1)) : undefined;
    case 'uvx':
    case 'pipx':
      return pythonPackage(words[0] === 'run' ? words.slice(1) : words);
    case 'uv':
      return words[0] === 'tool' && words[1] === 'run' ? pythonPackage(words.slice(2)) : undefined;
    case 'docker':
    case 'podman':
      return words[0] === 'run' ? image(words.slice(1)) : undefined;
    default:
      return undefined;
  }
}

function npmPackage(words: string[]): PackageSource | undefined {
  const { named, rest } = afterOptions(words, /^(-p|--package)$/);
  const [spec, ...args] = named === undefined ? rest : [named, ...rest.slice(1)];
  const at = spec?.lastIndexOf('@') ?? -1;
  const [name, version] = at > 0 ? [spec?.slice(0, at), spec?.slice(at + 1)] : [spec, undefined];
  if (name === undefined || !/^(@[a-z0-9._-]+\/)?[a-z0-9._-]+$/.test(name)) return undefined;
  const isExact = version !== undefined && /^\d+\.\d+\.\d+/.test(version);
  return packageSource('npm', name, isExact ? version : undefined, args);
}

function pythonPackage(words: string[]): PackageSource | undefined {
  const { named, rest } = afterOptions(words, /^--(from|spec)$/);
  const [spec, ...args] = named === undefined ? rest : [named, ...rest.slice(1)];
  const found = /^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]*\])?(?:(?:==|@)(\d[\w.+!-]*))?$/.exec(spec ?? '');
  if (found?.[1] === undefined) return undefined;
  return packageSource('pypi', found[1], found[2], args);
}

/** Options of `docker run` that have no value of their own; all others take the word after them. */
const FLAGS =
  /^(-[itdPq]+|--(rm|init|interactive|tty|detach|privileged|read-only|publish-all|quiet|no-healthcheck))$/;

function image(words: string[]): PackageSource | undefined {
  let at = 0;
  while (at < words.length && words[at]?.startsWith('-'))
    at += FLAGS.test(words[at] as string) || words[at]?.includes('=') ? 1 : 2;
  const [name, ...args] = words.slice(at);
  return name === undefined ? undefined : packageSource('oci', name, undefined, args);
}

/** What follows the options before a package's name, and the value of one that names the package instead. */
function afterOptions(words: string[], naming: RegExp): { named?: string; rest: string[] } {
  let named: string | undefined;
  let at = 0;
  while (at < words.length && words[at]?.startsWith('-') && words[at] !== '--') {
    const [option = '', value] = (words[at] as string).split('=', 2);
    if (naming.test(option)) {
      named = value ?? words[at + 1];
      at += value === undefined ? 2 : 1;
    } else at += 1;
  }
  const rest = words.slice(words[at] === '--' ? at + 1 : at);
  return { ...(named !== undefined && { named }), rest };
}

function packageSource(
  registry: PackageSource['registry'],
  name: string,
  version: string | undefined,
  args: string[],
): PackageSource {
  return {
    registry,
    name,
    ...(version && { version }),
    ...(args.length > 0 && { args: args.slice(0, MAX_ARGS) }),
  };
}
