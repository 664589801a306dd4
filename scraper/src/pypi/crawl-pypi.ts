import { access, constants, readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { CrawlReason, ServerRecord, ServerSource } from '@toolwarden/catalogue';
import type { Program } from '../attempts.ts';
import { crawlInstalled, type PackageOrder } from '../crawl-installed.ts';
import type { CrawlPlace } from '../crawl-server.ts';
import { hiddenIn } from '../hidden-in.ts';
import { chooseBinName } from '../npm/choose-bin.ts';
import type { Installed } from '../npm/install.ts';
import { failedRecord } from '../record.ts';
import { authorityOf } from '../relay/relay.ts';
import { emptyFolders, runInstaller } from '../run-installer.ts';
import type { Places } from '../sandbox/sandbox.ts';
import { detailOf, hideAddresses, tellingLine } from '../words.ts';

/** Python's own grammar for names of projects, and what its versions are made of. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/;
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.+!_-]{0,99}$/;
/** Its makers' image, for sandboxes that are containers. */
const UV_IMAGE = 'ghcr.io/astral-sh/uv:python3.13-bookworm-slim';

/** A server that is a Python package. Only an abort leaves it without a record. */
export async function crawlPypi(
  source: ServerSource,
  { name, version, variables }: PackageOrder,
  place: CrawlPlace,
): Promise<ServerRecord | undefined> {
  const fail = (reason: CrawlReason, words: string, installed?: Installed) =>
    failedRecord(
      { source, installed, bin: undefined },
      { reason, detail: detailOf(hideAddresses(words), hiddenIn(place)) },
      version ?? '',
    );
  if (!NAME.test(name) || (version !== undefined && !VERSION.test(version)))
    return fail('not-started', 'its package is no name and version of a Python package');
  const isContainer = place.sandbox.id === 'docker' || place.sandbox.id === 'podman';
  const uv = isContainer ? 'uv' : await findOnPath('uv');
  if (uv === undefined)
    return fail('runtime-missing', 'it is a Python package, and uv is not installed here');
  await emptyFolders(place);
  const { code, output, isTimeout, problem } = await runInstaller(
    {
      hosts: indexHosts(),
      ...(isContainer ? { image: UV_IMAGE } : { tools: { uv } }),
      command: (places) => ({
        argv: installCommand(
          place.sandbox.id === 'bubblewrap' ? '/opt/tools/uv' : uv,
          name,
          version,
        ),
        env: installEnvironment(places),
      }),
    },
    place,
  );
  if (place.signal?.aborted) return undefined;
  if (isTimeout) return fail('install-timeout', 'installing took too long');
  if (code !== 0) {
    const isGone = /not found in the package registry|no version of/i.test(output);
    return fail(
      isGone ? 'not-found' : (problem?.reason ?? 'install-failed'),
      problem?.words ?? tellingLine(output) ?? 'uv gave no reason',
    );
  }
  const installed = await readInstalled(name, version, place.packageDir);
  const bins = await readdir(join(place.packageDir, 'bin')).catch(() => []);
  const bin = chooseBinName(new Map(bins.map((one) => [one, one])), name, source.bin);
  if (bin === undefined) return fail('no-command', 'the package has no command', installed);
  const program: Program = {
    argv: (places) => [`${places.package}/bin/${bin}`],
    readme: installed.readme,
    packageName: name,
    binName: bin,
  };
  return crawlInstalled({ source, installed, bin }, program, variables, place);
}

/** Wheels only: building from source would run the package's own code with a network. */
export function installCommand(uv: string, name: string, version: string | undefined): string[] {
  return [
    ...[uv, 'tool', 'install', '--no-build', '--no-config', '--no-progress', '--'],
    version === undefined ? name : `${name}==${version}`,
  ];
}

/** The index of this machine's settings; uv's own where there is none. */
function ownIndex(): string | undefined {
  return process.env.UV_DEFAULT_INDEX ?? process.env.UV_INDEX_URL;
}

/** The index, and where the files lie that most indexes point to. */
export function indexHosts(): string[] {
  const index = ownIndex() ?? 'https://pypi.org/simple';
  const files = 'files.pythonhosted.org:443';
  return URL.canParse(index) ? [authorityOf(new URL(index)), files] : [files];
}

function installEnvironment(places: Places): Record<string, string> {
  const index = ownIndex();
  return {
    UV_TOOL_DIR: `${places.package}/tools`,
    UV_TOOL_BIN_DIR: `${places.package}/bin`,
    UV_CACHE_DIR: places.cache,
    UV_LINK_MODE: 'copy',
    UV_PYTHON_DOWNLOADS: 'never',
    ...(index && { UV_DEFAULT_INDEX: index }),
  };
}

/** A program in one of the folders of PATH. */
async function findOnPath(program: string): Promise<string | undefined> {
  for (const dir of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const file = join(dir, program);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}

const MAX_METADATA = 1_000_000;

/** What the package says of itself: its metadata hold its version, its licence and its README. */
async function readInstalled(
  name: string,
  version: string | undefined,
  packageDir: string,
): Promise<Installed> {
  const plain = (text: string) => text.toLowerCase().replace(/[-_.]+/g, '-');
  const lib = join(packageDir, 'tools', plain(name), 'lib');
  let text = '';
  for (const python of await readdir(lib).catch(() => [])) {
    const site = join(lib, python, 'site-packages');
    const folder = (await readdir(site).catch(() => [])).find(
      (one) => one.endsWith('.dist-info') && plain(one).startsWith(`${plain(name)}-`),
    );
    if (folder !== undefined)
      text = await readFile(join(site, folder, 'METADATA'), 'utf8').catch(() => '');
  }
  const [head = '', ...body] = text.slice(0, MAX_METADATA).split(/\r?\n\r?\n/);
  const field = (key: string) => new RegExp(`^${key}: (.{1,500})$`, 'm').exec(head)?.[1];
  const [description, license] = [field('Summary'), field('License')];
  return {
    name,
    version: field('Version') ?? version ?? '',
    registry: 'pypi',
    manifest: { ...(description && { description }), ...(license && { license }) },
    readme: body.join('\n\n'),
  };
}
