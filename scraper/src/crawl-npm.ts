import type { CrawlReason, ServerRecord, ServerSource } from '@toolwarden/catalogue';
import type { Program } from './attempts.ts';
import { crawlInstalled, type PackageOrder } from './crawl-installed.ts';
import type { CrawlPlace } from './crawl-server.ts';
import { hiddenIn } from './hidden-in.ts';
import { chooseBin } from './npm/choose-bin.ts';
import { type Installed, newestVersion } from './npm/install.ts';
import { installWithOverrides } from './npm/install-with-overrides.ts';
import { failedRecord } from './record.ts';
import { overridesFromRecord } from './recorded-help.ts';
import { detailOf, hideAddresses, tellingLine } from './words.ts';

/** A server that is an npm package: installed, started, listed. Only an abort leaves it without a record. */
export async function crawlNpm(
  source: ServerSource,
  { name, version: wished, variables }: PackageOrder,
  place: CrawlPlace,
): Promise<ServerRecord | undefined> {
  const fail = (
    reason: CrawlReason,
    words: string,
    version = wished ?? '',
    installed?: Installed,
  ) =>
    failedRecord(
      { source, installed, bin: undefined },
      { reason, detail: detailOf(words, hiddenIn(place)) },
      version,
    );
  const known = overridesFromRecord(place.earlier, wished);
  const { result, overrides } = await installWithOverrides(
    { name, version: wished, overrides: source.overrides ?? known },
    place,
  );
  if (place.signal?.aborted) return undefined;
  if (!result.ok) {
    const { reason, output } = result.failure;
    const isGone = isNotFound(output, name);
    // Asking once more would only make the wait for a registry that is not there longer.
    const isAskable = !isGone && reason !== 'unreachable' && reason !== 'install-timeout';
    const version = wished ?? (isAskable ? await newestVersion(name, place) : undefined);
    const words = result.failure.words ?? hideAddresses(npmWords(output));
    return fail(isGone ? 'not-found' : reason, words || 'npm gave no reason', version);
  }
  const { installed } = result;
  const choice = await chooseBin(installed, place.packageDir, source.bin);
  if (!choice.ok) return fail(choice.reason, choice.detail, installed.version, installed);
  const { bin } = choice;
  const program: Program = {
    argv: bin.argv,
    readme: installed.readme,
    packageName: installed.name,
    binName: bin.name,
  };
  const about = { source: { ...source, overrides }, installed, bin: bin.name };
  return crawlInstalled(about, program, variables, place);
}

function isNotFound(output: string, name: string): boolean {
  return (
    (/\bE404\b/.test(output) && output.includes(name)) ||
    (/\bETARGET\b/.test(output) && output.includes(`for ${name}@`))
  );
}

/** npm prints a code, then sentences: the first sentence that is not about logs. */
function npmWords(output: string): string {
  const lines = output.replace(/^npm (?:error|ERR!) ?/gm, '');
  const code = /^code (\w+)$/m.exec(lines)?.[1];
  const words = tellingLine(
    lines.replace(/^(?:code \w+|A complete log.*|notarget In most.*)$/gm, ''),
  );
  return [code, words].filter(Boolean).join(' ');
}
