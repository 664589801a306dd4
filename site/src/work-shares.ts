import { availableParallelism } from 'node:os';
import type { ServerFiles } from '@toolwarden/catalogue/store';
import type { BuildState, ServerState } from './build-state.ts';
import type { BeginRequest, KnownTexts, ReadRequest, WriteRequest } from './worker-messages.ts';

/** A process more is worth its start for so many bytes of records. */
const BYTES_A_PROCESS = 500_000;

/** A server with what the build before knew of it. */
export type Group = {
  files: ServerFiles;
  before: ServerState | undefined;
  /** Whether its files must be read again. */
  isRead: boolean;
};

/** Each server with what is known of it, and whether it must be read again, as all must where the attacks are others. */
export function groupsOf(
  files: readonly ServerFiles[],
  before: BuildState | undefined,
  isSameAttacks: boolean,
): Group[] {
  return files.map((each) => {
    const known = before?.servers.get(each.name);
    return { files: each, before: known, isRead: known?.digest !== each.digest || !isSameAttacks };
  });
}

/** What of a share can be begun before all servers are read. */
export function begunOf(share: readonly Group[]): BeginRequest['servers'] {
  return share.filter(({ isRead }) => isRead).map(({ files }) => files);
}

/** What one process is to do with its share: take over what would be the same, and write the rest. */
export function workOn(
  share: readonly Group[],
  around: Map<string, string>,
): Pick<WriteRequest, 'same' | 'begun' | 'servers'> {
  const aroundOf = ({ files: { name } }: Group) => around.get(name) ?? '';
  const kept = share.filter(({ isRead }) => !isRead);
  const isSame = (group: Group) => group.before?.around === aroundOf(group);
  return {
    same: kept
      .filter((group) => isSame(group) && (group.before?.pageCount ?? 0) > 0)
      .map(({ files }) => files.name),
    begun: share.filter(({ isRead }) => isRead).map((group) => [group.files.name, aroundOf(group)]),
    servers: kept
      .filter((group) => !isSame(group))
      .map((group) => ({
        files: group.files,
        before: group.before && textsOf(group.before),
        around: aroundOf(group),
      })),
  };
}

function textsOf({ pages, faults, summary, parts }: ServerState): KnownTexts {
  return { pages, faults, summary: summary.toString(), parts: parts.toString() };
}

/** What is to be read of a share. */
export function readingOf(share: readonly Group[]): ReadRequest['servers'] {
  return share
    .filter(({ isRead }) => isRead)
    .map(({ files, before }) => ({ files, before: before && textsOf(before) }));
}

export function processesFor(files: readonly ServerFiles[]): number {
  const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
  return Math.max(1, Math.min(availableParallelism(), Math.round(bytes / BYTES_A_PROCESS)));
}
