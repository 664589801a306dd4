import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { OutsideProxy } from '../relay/outside-proxy.ts';
import { authorityOf } from '../relay/relay.ts';

const run = promisify(execFile);

/** How this machine reaches its npm registry, and nothing else of its npm configuration. */
export type RegistrySettings = {
  /** Text of an `.npmrc`, without proxies. */
  npmrc: string;
  /** Certificate files it names. */
  certificates: string[];
  /** Hosts it names, which no record may show. */
  hosts: string[];
  /** Hosts, with their ports, that packages may come from: the registries it names, and npm's own. */
  registries: string[];
  /** All that npm has to reach, as `host:port`. */
  reachable: string[];
  /** By which registries are reached, of whatever language. */
  outsideProxy: OutsideProxy;
};

const PLAIN_KEYS = /^(registry|@[a-z0-9._-]+:registry|ca|cafile|strict-ssl|replace-registry-host)$/;
const PROXY_KEYS = /^(proxy|https-proxy|noproxy)$/;
const CREDENTIAL_KEYS = /^\/\/.+:(_authToken|_auth|username|_password|certfile|keyfile)$/;

const NPM_HOST = 'registry.npmjs.org';

/** Reads the settings from npm's files and variables, weakest first, as npm itself ranks them. */
export async function readRegistrySettings(
  env: NodeJS.ProcessEnv = process.env,
): Promise<RegistrySettings> {
  const texts = await Promise.all((await configFiles(env).catch(() => [])).map(readOrEmpty));
  return settingsFrom(texts, env);
}

/** The settings that texts of `.npmrc` files and `npm_config_…` variables make together; later ones win. */
export function settingsFrom(texts: string[], env: NodeJS.ProcessEnv): RegistrySettings {
  // npm itself falls back on the proxy variables that most programs know.
  const values = new Map(
    [
      ['proxy', env.HTTP_PROXY ?? env.http_proxy],
      ['https-proxy', env.HTTPS_PROXY ?? env.https_proxy],
      ['noproxy', env.NO_PROXY ?? env.no_proxy],
    ].filter((pair): pair is [string, string] => Boolean(pair[1])),
  );
  for (const line of texts.flatMap((text) => text.split(/\r?\n/))) {
    const at = line.indexOf('=');
    if (at < 0) continue;
    const key = line.slice(0, at).trim();
    if (![PLAIN_KEYS, PROXY_KEYS, CREDENTIAL_KEYS].some((keys) => keys.test(key))) continue;
    values.set(key, expand(line.slice(at + 1).trim(), env));
  }
  for (const [name, value] of Object.entries(env)) {
    const key = /^npm_config_/i.test(name)
      ? name.slice('npm_config_'.length).toLowerCase().replaceAll('_', '-')
      : '';
    if ((PLAIN_KEYS.test(key) || PROXY_KEYS.test(key)) && value) values.set(key, value);
  }
  const lines = [...values]
    .filter(([key]) => !PROXY_KEYS.test(key))
    .map(([key, value]) => `${key}=${value}`);
  const unquoted = (value: string | undefined) => value?.replace(/^"|"$/g, '');
  const addresses = [...values]
    .filter(([key]) => /(^|:)registry$/.test(key))
    .map(([, value]) => unquoted(value) ?? '')
    .concat(furtherHosts(env))
    .flatMap((address) => (URL.canParse(address) ? new URL(address) : []));
  // npm asks its own for packages where no other is set, and for archives where it was told not to replace its host.
  const asksNpm = !values.has('registry') || values.has('replace-registry-host');
  const proxy = unquoted(values.get('https-proxy')) ?? unquoted(values.get('proxy'));
  return {
    npmrc: `${lines.join('\n')}\n`,
    certificates: [unquoted(values.get('cafile')), env.NODE_EXTRA_CA_CERTS].filter(
      (path): path is string => path?.startsWith('/') === true,
    ),
    registries: [NPM_HOST, ...addresses.map(({ host }) => host)],
    reachable: [...(asksNpm ? [`${NPM_HOST}:443`] : []), ...addresses.map(authorityOf)],
    outsideProxy: {
      url: proxy?.includes('://') ? proxy : undefined,
      except: (unquoted(values.get('noproxy')) ?? '').split(/[\s,]+/).filter(Boolean),
    },
    hosts: [
      ...new Set(
        [...values.entries()].flat().flatMap((text) => hostOf(unquoted(text) ?? '') ?? []),
      ),
    ],
  };
}

/** Where a private registry's archives lie when that is not the registry itself. */
function furtherHosts(env: NodeJS.ProcessEnv): string[] {
  const names = (env.TOOLWARDEN_REGISTRY_HOSTS ?? '').split(/[\s,]+/).filter(Boolean);
  return names.map((name) => `https://${name}`);
}

function expand(value: string, env: NodeJS.ProcessEnv): string {
  return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name) => env[name] ?? whole);
}

function hostOf(text: string): string | undefined {
  return /^(?:https?:)?\/\/(?:[^/@\s]*@)?([a-z0-9.-]+)/i.exec(text)?.[1];
}

async function configFiles(env: NodeJS.ProcessEnv): Promise<string[]> {
  // Asked of npm itself, in one start: where the files lie depends on how it was installed.
  const { stdout } = await run('npm', ['config', 'get', 'globalconfig', 'userconfig'], {
    env,
    cwd: '/',
  });
  const paths = [...stdout.matchAll(/^(globalconfig|userconfig)=(.+)$/gm)];
  return ['globalconfig', 'userconfig'].flatMap(
    (which) => paths.find(([, name]) => name === which)?.[2] ?? [],
  );
}

async function readOrEmpty(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
