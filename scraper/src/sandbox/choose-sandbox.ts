import { chmod, mkdtemp, rm } from 'node:fs/promises';
import type { ServerSource } from '@toolwarden/catalogue';
import { temporaryPrefix } from '../leftovers.ts';
import { ScraperError } from '../scraper-error.ts';
import { bubblewrapSandbox } from './bubblewrap.ts';
import { containerSandbox, findContainerRuntime } from './container.ts';
import { noSandbox } from './no-sandbox.ts';
import type { Sandbox } from './sandbox.ts';

/** The first container on a machine waits for its image. */
const PROBE_MS = { bubblewrap: 20_000, container: 180_000 };

/**
 * The sandbox of this machine, after it has really run a program. Where there is none, servers are not started:
 * `unsafeNoSandbox` is the only way round, and it has to be asked for. Bubblewrap first: it needs no service and no image.
 */
export async function chooseSandbox(options: {
  unsafeNoSandbox: boolean;
  /** What is to be crawled; where that is only servers that already run, none is looked for. */
  targets?: ServerSource[];
}): Promise<Sandbox> {
  if (options.targets?.every(isRunning)) return startsNothing;
  if (options.unsafeNoSandbox) return noSandbox();
  try {
    const sandbox = await bubblewrapSandbox();
    await probe(sandbox);
    return sandbox;
  } catch (error) {
    const container = await workingContainer();
    if (container !== undefined) return container;
    const { code, path, message } = error as NodeJS.ErrnoException;
    const absent = code === 'ENOENT' ? (path === 'bwrap' ? 'bubblewrap' : path) : undefined;
    const problem = absent
      ? `${absent} is not installed`
      : `bubblewrap does not work here (${firstLine(message)})`;
    const remedy = absent
      ? `install it (Debian: apt-get install ${absent === 'bubblewrap' ? absent : 'util-linux'})`
      : 'allow unprivileged user namespaces';
    throw new ScraperError(
      'no-sandbox',
      `No sandbox, so no server was started: ${problem}; ${remedy}, or give --unsafe-no-sandbox to run servers with the rights of your user.`,
      { cause: error },
    );
  }
}

function isRunning({ id, packages = [] }: ServerSource): boolean {
  return !id.startsWith('npm:') && packages.length === 0;
}

const startsNothing: Sandbox = {
  id: 'unused',
  version: '',
  isIsolated: true,
  isRelayed: false,
  start: () => {
    throw new ScraperError('no-sandbox', 'No sandbox was looked for, so no server was started.');
  },
  ownerOf: () => undefined,
};

/** Docker or podman, where one of them really runs a program. */
async function workingContainer(): Promise<Sandbox | undefined> {
  const found = await findContainerRuntime();
  if (found === undefined) return undefined;
  try {
    const sandbox = await containerSandbox(found);
    await probe(sandbox);
    return sandbox;
  } catch {
    return undefined;
  }
}

async function probe(sandbox: Sandbox): Promise<void> {
  const packageDir = await mkdtemp(temporaryPrefix('probe'));
  await chmod(packageDir, 0o755);
  try {
    const confined = await sandbox.start({
      slot: 0,
      command: ({ node }) => ({ argv: [node, '--version'], env: {} }),
      packageDir,
      limits: {
        memoryBytes: 512 * 1024 ** 2,
        processes: 64,
        openFiles: 1024,
        cpuSeconds: 20,
        diskBytes: 1024 ** 2,
        addressBytes: 4 * 1024 ** 3,
      },
    });
    const timer = setTimeout(
      () => void confined.kill(),
      sandbox.id === 'bubblewrap' ? PROBE_MS.bubblewrap : PROBE_MS.container,
    );
    const [out, words, exit] = await Promise.all([
      text(confined.stdout),
      text(confined.stderr),
      confined.exited,
    ]);
    clearTimeout(timer);
    // A container brings its own Node.
    const isNode =
      sandbox.id === 'bubblewrap' ? out.trim() === process.version : /^v\d+\./.test(out);
    if (exit.code !== 0 || !isNode) {
      throw new Error(words.trim() || `it ended with ${exit.code ?? exit.signal}`);
    }
  } finally {
    await rm(packageDir, { recursive: true, force: true });
  }
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  let all = '';
  try {
    for await (const chunk of stream) all += chunk;
  } catch {
    // Cut off: what came so far has to do.
  }
  return all;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
