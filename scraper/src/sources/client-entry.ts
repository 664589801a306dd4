import {
  type ClientEntry,
  isJsonObject,
  own,
  programName,
  type RemoteSource,
  readClientEntry,
  type ServerSource,
  startedPackage,
} from '@toolwarden/catalogue';
import { placeholderFor } from '../placeholder.ts';
import { harmlessArgument } from '../readme.ts';

type Reached = Pick<ServerSource, 'packages' | 'remotes'> & { problem?: string };

/**
 * One entry of a client's configuration as something to crawl. Values of variables and headers are a person's
 * secrets: their names are all that is taken, and arguments keep only what cannot be one.
 */
export function reachOf(entry: unknown): Reached {
  const { isOn, envNames, url, words } = readClientEntry(entry);
  if (!isOn) return { problem: 'it is turned off' };
  const remote = url && remoteOf(entry, url);
  if (remote !== undefined) return { remotes: [remote] };
  const [command] = words;
  if (command === undefined) return { problem: 'it has neither a command nor an address' };
  const found = startedPackage(words);
  if (found === undefined)
    return {
      problem: `it starts ${programName(command)}, which is no package that can be looked up`,
    };
  const names = envNames.filter(isVariableName);
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

function remoteOf(
  entry: unknown,
  { key, text }: NonNullable<ClientEntry['url']>,
): RemoteSource | undefined {
  if (!URL.canParse(text)) return undefined;
  const type = String(own(entry, 'type') ?? own(entry, 'transport') ?? '');
  const transport =
    key === 'httpUrl' || /http/i.test(type)
      ? ('streamable-http' as const)
      : /sse/i.test(type)
        ? ('sse' as const)
        : undefined;
  const headers = headersOf(own(entry, 'headers') ?? own(entry, 'http_headers'));
  return {
    url: withoutSecrets(text),
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

function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name);
}
