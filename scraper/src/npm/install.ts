import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CrawlReason,
  isJsonObject,
  type JsonObject,
  own,
  type PackageSource,
} from '@toolwarden/catalogue';
import { readAll } from '../bounded-output.ts';
import type { CrawlLimits } from '../limits.ts';
import { emptyFolders, runInstaller } from '../run-installer.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { foreignDependency } from './foreign-dependency.ts';
import type { RegistrySettings } from './registry-settings.ts';

/** An installed package: its own words from its manifest, and the bytes the registry vouches for. */
export type Installed = {
  name: string;
  version: string;
  integrity?: string;
  /** npm's unless told. */
  registry?: PackageSource['registry'];
  manifest: JsonObject;
  readme: string;
};
type InstallFailure = {
  reason: CrawlReason;
  output: string;
  /** Ours, where they tell more than the output. */
  words?: string | undefined;
};
export type InstallResult =
  | { ok: true; installed: Installed }
  | { ok: false; failure: InstallFailure };

export type InstallOrder = {
  name: string;
  /** An exact version; absent means the newest. */
  version: string | undefined;
  overrides: Record<string, string> | undefined;
};
export type InstallPlace = {
  sandbox: Sandbox;
  slot: number;
  /** Emptied first. */
  packageDir: string;
  cacheDir: string;
  settings: RegistrySettings;
  limits: CrawlLimits;
  signal?: AbortSignal | undefined;
};

/** Where no program is, in any sandbox. */
const NO_PROGRAM = '/nonexistent/git';

/** Installs exactly one version of a package with all install scripts off, in a folder of its own. */
export async function installPackage(
  order: InstallOrder,
  place: InstallPlace,
): Promise<InstallResult> {
  await prepare(order, place);
  const { code, output, isTimeout, problem } = await runNpm(
    [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      // Only what the registry vouches for. npm before 11.10 knows none of these and the next ones not all, so the
      // lock is read as well, before anything of the package runs.
      ...['git', 'remote', 'file', 'directory'].map((kind) => `--allow-${kind}=none`),
    ],
    place,
  );
  if (isTimeout) return { ok: false, failure: { reason: 'install-timeout', output } };
  if (code !== 0) {
    const { reason, words } = problem ?? { reason: reasonOf(output), words: undefined };
    return { ok: false, failure: { reason, output, words } };
  }
  return readInstalled(order.name, place);
}

/** The newest version of a package, as its registry states it; undefined where it states none. */
export async function newestVersion(
  name: string,
  place: InstallPlace,
): Promise<string | undefined> {
  const { code, output } = await runNpm(
    ['view', '--loglevel=error', '--', `${name}@latest`, 'version'],
    place,
  );
  const version = output.trim().split('\n').at(-1) ?? '';
  return code === 0 && /^\d+\.\d+\.\d+[\w.+-]{0,100}$/.test(version) ? version : undefined;
}

async function prepare(order: InstallOrder, place: InstallPlace): Promise<void> {
  await emptyFolders(place);
  // The name stands in a file and not on a command line: nothing in it can read as an option or another spec.
  const manifest = {
    private: true,
    dependencies: Object.fromEntries([[order.name, order.version ?? 'latest']]),
    ...(order.overrides && { overrides: order.overrides }),
  };
  await writeFile(join(place.packageDir, 'package.json'), JSON.stringify(manifest));
}

function runNpm(args: string[], place: InstallPlace) {
  const { settings } = place;
  return runInstaller(
    {
      homeFiles: { '.npmrc': settings.npmrc },
      hosts: settings.reachable,
      command: (places) => ({
        argv: [places.node, places.npm, ...args, `--prefix=${places.package}`],
        env: {
          npm_config_cache: places.cache,
          npm_config_userconfig: `${places.home}/.npmrc`,
          npm_config_omit_lockfile_registry_resolved: 'true',
          // Also for the npm that an older npm starts to prepare a package from git; without a git, it cannot fetch one.
          npm_config_ignore_scripts: 'true',
          npm_config_git: NO_PROGRAM,
          // It would ask the registry about npm itself, and talk between the lines that are read.
          npm_config_update_notifier: 'false',
          // npm's own patience, up to a minute between two tries, is longer than many a run.
          npm_config_fetch_retries: '2',
          npm_config_fetch_retry_mintimeout: '1000',
          npm_config_fetch_retry_maxtimeout: '5000',
          ...(settings.certificates[0] && { NODE_EXTRA_CA_CERTS: settings.certificates[0] }),
        },
      }),
    },
    place,
  );
}

function reasonOf(output: string): CrawlReason {
  if (/\bENOSPC\b/.test(output)) return 'disk-full';
  if (/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ECONNRESET|ETIMEDOUT)\b/.test(output))
    return 'unreachable';
  return 'install-failed';
}

async function readInstalled(
  name: string,
  { packageDir, settings }: InstallPlace,
): Promise<InstallResult> {
  const dir = join(packageDir, 'node_modules', name);
  const failed = (output: string): InstallResult => ({
    ok: false,
    failure: { reason: 'install-failed', output },
  });
  const manifest = await readJson(join(dir, 'package.json'));
  const version = own(manifest, 'version');
  if (!isJsonObject(manifest) || typeof version !== 'string' || !/^\d+\.\d+\.\d+/.test(version))
    return failed('the installed package has no usable package.json');
  const packages = own(
    await readJson(join(packageDir, 'node_modules/.package-lock.json')),
    'packages',
  );
  const entry = own(packages, `node_modules/${name}`);
  if (!isJsonObject(packages) || !isJsonObject(entry))
    return failed('the lock that tells where packages came from cannot be read');
  const foreign = foreignDependency(packages, settings.registries);
  if (foreign !== undefined) return failed(`${foreign} comes from outside the registry`);
  const integrity = own(entry, 'integrity');
  return {
    ok: true,
    installed: {
      name,
      version,
      manifest,
      readme: await readReadme(dir),
      ...(typeof integrity === 'string' && { integrity }),
    },
  };
}

// A lock of a thousand packages has half of this; a stranger's manifest can have any size.
const MAX_FILE = 4 * 1024 ** 2;

async function readReadme(dir: string): Promise<string> {
  for (const name of ['README.md', 'readme.md', 'Readme.md', 'README']) {
    const text = await readStart(join(dir, name));
    if (text !== undefined) return text;
  }
  return '';
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse((await readStart(file)) ?? '');
  } catch {
    return undefined;
  }
}

async function readStart(file: string): Promise<string | undefined> {
  try {
    return await readAll(createReadStream(file, { end: MAX_FILE }), MAX_FILE);
  } catch {
    return undefined;
  }
}
