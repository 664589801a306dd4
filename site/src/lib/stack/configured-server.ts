import { programName, readClientEntry, startedPackage } from '@toolwarden/catalogue';

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
  const { isOn, envNames, url, words } = readClientEntry(entry);
  const base = { name: name.slice(0, 200), envNames: envNames.slice(0, 100), isOff: !isOn };
  return url === undefined
    ? { ...base, ...startedBy(words) }
    : { ...base, kind: 'url', ...idOfUrl(url.text) };
}

function idOfUrl(text: string): { id?: string } {
  const url = URL.parse(text);
  // What follows the path may be a key, and so may what stands before the host.
  return url === null || url.protocol !== 'https:'
    ? {}
    : { id: `url:${url.host}${url.pathname.replace(/\/$/, '')}` };
}

function startedBy(words: readonly string[]): Pick<ConfiguredServer, 'kind' | 'id' | 'version'> {
  const found = startedPackage(words);
  if (found?.registry === 'npm')
    return {
      kind: 'npm',
      id: `npm:${found.name}`,
      ...(found.version !== undefined && { version: found.version }),
    };
  // A program that runs packages is worth a word also where it is not told which.
  const program = programName(words[0] ?? '');
  if (found?.registry === 'pypi' || ['uv', 'uvx', 'pipx'].includes(program))
    return { kind: 'pypi' };
  return { kind: ['docker', 'podman'].includes(program) ? 'image' : 'other' };
}
