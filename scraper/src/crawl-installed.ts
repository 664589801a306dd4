import type { PackageSource, ServerRecord, ServerSource } from '@toolwarden/catalogue';
import { attemptAll, type Program } from './attempts.ts';
import type { CrawlPlace } from './crawl-server.ts';
import { hiddenIn } from './hidden-in.ts';
import {
  configurationOf,
  listOtherConfigurations,
  withConfigurations,
} from './list-configurations.ts';
import type { Installed } from './npm/install.ts';
import { failedRecord, recordOf } from './record.ts';
import { detailOf } from './words.ts';

/** Which package to install, of whatever registry. */
export type PackageOrder = Pick<PackageSource, 'name' | 'variables'> & {
  version?: string | undefined;
};

/** Starts and lists what was installed, from whatever registry. Only an abort leaves it without a record. */
export async function crawlInstalled(
  about: { source: ServerSource; installed: Installed; bin: string | undefined },
  program: Program,
  variables: PackageOrder['variables'],
  place: CrawlPlace,
): Promise<ServerRecord | undefined> {
  const { source, installed } = about;
  const end = await attemptAll(source, program, place);
  if (place.signal?.aborted) return undefined;
  const { help, attempt, diagnosis } = end;
  const problem = diagnosis && {
    reason: diagnosis.reason,
    detail: detailOf(diagnosis.words, hiddenIn(place)),
  };
  if (attempt.listing === undefined)
    return failedRecord(about, problem ?? { reason: 'crashed', detail: '' }, installed.version);
  const others =
    problem === undefined
      ? await listOtherConfigurations(source, program, end, variables, place)
      : [];
  // Cut off here, the record would have fewer configurations than the server, and would still count as whole.
  if (place.signal?.aborted) return undefined;
  // A listing that stands on somebody's answer says so: it may be another tomorrow.
  const given = [...help.given, ...(attempt.reached ?? []).map((host) => `network ${host}`)];
  return withConfigurations(
    recordOf(about, attempt.listing, configurationOf('default', help), given, problem),
    others,
  );
}
