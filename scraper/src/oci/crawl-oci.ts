import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ServerRecord, ServerSource } from '@toolwarden/catalogue';
import type { Program } from '../attempts.ts';
import { crawlInstalled, type PackageOrder } from '../crawl-installed.ts';
import type { CrawlPlace } from '../crawl-server.ts';
import { hiddenIn } from '../hidden-in.ts';
import type { Installed } from '../npm/install.ts';
import { failedRecord } from '../record.ts';
import { urlProblem } from '../remote/address-rules.ts';
import { containerSandbox, findContainerRuntime } from '../sandbox/container.ts';
import { detailOf, tellingLine } from '../words.ts';

const execute = promisify(execFile);

/** `registry/name:tag@digest` in the grammar of container images: nothing in it can read as an option. */
const IMAGE =
  /^(?:[a-z0-9][a-z0-9.-]{0,250}(?::\d{1,5})?\/)?[a-z0-9][a-z0-9._/-]{0,250}(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** What is wrong with asking the registry that an image names: a stranger's entry must not lead to this machine or its net. */
function hostProblem(image: string): string | undefined {
  const [host = '', ...rest] = image.split('/');
  // Without any of these it is the name of a publisher at the runtime's own registry.
  if (rest.length === 0 || !/[.:]|^localhost$/.test(host)) return undefined;
  const address = `https://${host}/`;
  return URL.canParse(address)
    ? urlProblem(new URL(address), { mayBeLoopback: false })
    : 'its registry is no host';
}

/** A server that is a container image: pulled, then run without network. Only an abort leaves it without a record. */
export async function crawlOci(
  source: ServerSource,
  { name, version, variables }: PackageOrder,
  place: CrawlPlace,
): Promise<ServerRecord | undefined> {
  const base = { source, installed: undefined, bin: undefined };
  const tag = version ?? /:([\w.-]+)(?:@|$)/.exec(name)?.[1] ?? '';
  if (!IMAGE.test(name))
    return failedRecord(
      base,
      { reason: 'not-started', detail: 'its package is no image name' },
      tag,
    );
  const refused = source.id.startsWith('config:') ? undefined : hostProblem(name);
  if (refused !== undefined)
    return failedRecord(base, { reason: 'not-started', detail: `its image: ${refused}` }, tag);
  const found = await findContainerRuntime();
  if (found === undefined) {
    const detail = 'it is a container image, and neither docker nor podman runs here';
    return failedRecord(base, { reason: 'runtime-missing', detail }, tag);
  }
  const runtime = found.runtime.program;
  const pulled = await execute(runtime, ['pull', '--quiet', name], {
    timeout: place.limits.installMs,
    signal: place.signal,
  }).catch((error: Error & { stderr?: string }) => error);
  if (place.signal?.aborted) return undefined;
  if (pulled instanceof Error) {
    const words = tellingLine(pulled.stderr ?? '') ?? pulled.message;
    return failedRecord(
      base,
      { reason: 'install-failed', detail: detailOf(words, hiddenIn(place)) },
      tag,
    );
  }
  const installed: Installed = {
    name: name.replace(/@sha256:.*$/, '').replace(/:[\w.-]+$/, ''),
    version: tag,
    registry: 'oci',
    integrity: await digestOf(runtime, name),
    manifest: {},
    readme: '',
  };
  const sandbox = await containerSandbox(found, name);
  const program: Program = { argv: () => [], readme: '', packageName: name, binName: name };
  const about = { source, installed, bin: undefined };
  return crawlInstalled(about, program, variables, { ...place, sandbox });
}

/** The digest by which a registry vouches for the image that was pulled. */
async function digestOf(program: string, image: string): Promise<string> {
  const { stdout } = await execute(program, [
    ...['image', 'inspect', '--format', '{{index .RepoDigests 0}}', image],
  ]).catch(() => ({ stdout: '' }));
  return /sha256:[0-9a-f]{64}/.exec(stdout)?.[0] ?? '';
}
