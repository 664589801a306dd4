import {
  isJsonObject,
  own,
  type PackageSource,
  type RemoteSource,
  type ServerSource,
} from '@toolwarden/catalogue';
import { placeholderFor } from '../placeholder.ts';
import { harmlessArgument } from '../readme.ts';

type Reached = Pick<ServerSource, 'packages' | 'remotes'> & { problem?: string };

/**
 * One entry of a client's configuration as something to crawl. Values of variables and headers are a person's
 * secrets: their names are all that is taken, and arguments keep only what cannot be one.
 */
export function reachOf(entry: unknown): Reached {
  if (own(entry, 'disabled') === true || own(entry, 'enabled') === false)
    return { problem: 'it is turned off' };
  const remote = remoteOf(entry);
  if (remote !== undefined) return { remotes: [remote] };
  const command = own(entry, 'command');
  if (typeof command !== 'string') return { problem: 'it has neither a command nor an address' };
  const list = own(entry, 'args');
  const words = (Array.isArray(list) ? list : []).filter((word) => typeof word === 'string');
  const program = lastPart(command).replace(/\.(cmd|exe|ps1)$/i, '');
  // On Windows, and where a shell is asked to find the program.
  const [inner, ...rest] =
    program === 'cmd' && words[0] === '/c' ? words.slice(1) : [program, ...words];
  const found = packageOf(lastPart(inner ?? ''), rest);
  if (found === undefined)
    return { problem: `it starts ${lastPart(command)}, which is no package that can be looked up` };
  const env = own(entry, 'env');
  const names = isJsonObject(env) ? Object.keys(env).filter(isVariableName) : [];
  return {
    packages: [
      {
        ...found,
        ...(found.args && { args: withoutValues(found.args) }),
        ...(names.length > 0 && {
          env: Object.fromEntries(names.map((name) => [name, placeholderFor(name)])),
        }),
      },
    ],
  };
}

/** Words that say how to run and can be nobody's secret; lists are of names of tools. */
const PLAIN_WORD =
  /^(true|false|on|off|all|none|stdio|sse|https?|streamable-http|mcp|serve|server|start|run|read-?only|read-?write|local|default|debug|info|warn|error|json|text|[a-z]{1,20}(,[a-z-]{1,20}){1,9})$/;
const OPTION = /^(--[a-z][a-z-]{0,40}|-[A-Za-z])$/;
const SECRET_OPTION = /key|token|secret|pass|pw|auth|cred|pin\b|cookie|session|seed|user|-p\b/i;

/**
 * Arguments a person gave, with a made-up value wherever one of theirs could stand: a short password looks like any
 * word, so only words that are known for what they are stay.
 */
function withoutValues(args: string[]): string[] {
  return args.map((arg, index) => {
    if (OPTION.test(arg)) return arg;
    const [option, value] = arg.startsWith('-')
      ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]
      : [args[index - 1] ?? '', arg];
    const isNamed = OPTION.test(option);
    const isPlain = PLAIN_WORD.test(value) && !(isNamed && SECRET_OPTION.test(option));
    const shown = isPlain ? value : madeUp(value, isNamed ? option : '');
    return isNamed && arg.startsWith('-') ? `${option}=${shown}` : shown;
  });
}

function madeUp(value: string, option: string): string {
  // Places keep their kind, for which a server may look before it lists.
  const place = harmlessArgument(value);
  return place === '{dir}' || place.includes('://') ? place : placeholderFor(option);
}

const MAX_ARGS = 50;

function packageOf(program: string, words: string[]): PackageSource | undefined {
  switch (program) {
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
  return entryOf('npm', name, isExact ? version : undefined, args);
}

function pythonPackage(words: string[]): PackageSource | undefined {
  const { named, rest } = afterOptions(words, /^--(from|spec)$/);
  const [spec, ...args] = named === undefined ? rest : [named, ...rest.slice(1)];
  const found = /^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]*\])?(?:(?:==|@)(\d[\w.+!-]*))?$/.exec(spec ?? '');
  if (found?.[1] === undefined) return undefined;
  return entryOf('pypi', found[1], found[2], args);
}

/** Options of `docker run` that have no value of their own; all others take the word after them. */
const FLAGS =
  /^(-[itdPq]+|--(rm|init|interactive|tty|detach|privileged|read-only|publish-all|quiet|no-healthcheck))$/;

function image(words: string[]): PackageSource | undefined {
  let at = 0;
  while (at < words.length && words[at]?.startsWith('-'))
    at += FLAGS.test(words[at] as string) || words[at]?.includes('=') ? 1 : 2;
  const [name, ...args] = words.slice(at);
  return name === undefined ? undefined : entryOf('oci', name, undefined, args);
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

function entryOf(
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

function remoteOf(entry: unknown): RemoteSource | undefined {
  // Each client has its own word for it.
  const [key, url] =
    (['httpUrl', 'serverUrl', 'url'] as const)
      .map((name) => [name, own(entry, name)] as const)
      .find(([, value]) => typeof value === 'string') ?? [];
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const type = String(own(entry, 'type') ?? own(entry, 'transport') ?? '');
  const transport =
    key === 'httpUrl' || /http/i.test(type)
      ? ('streamable-http' as const)
      : /sse/i.test(type)
        ? ('sse' as const)
        : undefined;
  const headers = headersOf(own(entry, 'headers') ?? own(entry, 'http_headers'));
  return {
    url: withoutSecrets(url),
    ...(transport && { transport }),
    ...(Object.keys(headers).length > 0 && { headers }),
  };
}

/** Headers that refer to the environment keep the reference; a value written out stays where it is. */
function headersOf(value: unknown): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) => {
      const reference = /^((?:Bearer|Basic|Token) )?\$\{(?:env:)?([A-Za-z_]\w{0,99})\}$/.exec(
        String(text),
      );
      return reference ? [[name, `${reference[1] ?? ''}\${env:${reference[2]}}`]] : [];
    }),
  );
}

/** Some servers are given their key in the address itself. */
function withoutSecrets(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  for (const [name] of [...url.searchParams]) url.searchParams.set(name, 'placeholder');
  return url.href;
}

function lastPart(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name);
}
