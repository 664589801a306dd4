import { join, relative } from 'node:path';
import { canonicalJson } from './canonical-json.ts';
import { type Replay, type ReplayRunSummary, replayRunSchema, replaySchema } from './replay.ts';
import {
  explainIssues,
  listFiles,
  parseOrUndefined,
  readIfThere,
  writeWhole,
} from './store-files.ts';

type Problems = { file: string; message: string }[];

/** The part of a store that holds what came of replaying attacks: `replays/<id>.json`, and `replays.json` for the run. */
export function replayStore(dir: string) {
  return {
    /** All replays, sorted by id; a file that cannot be used is a problem beside the others. */
    async readReplays(): Promise<{ items: Replay[]; problems: Problems }> {
      const items: Replay[] = [];
      const problems: Problems = [];
      for (const file of await listFiles(dir, 'replays/*.json')) {
        const parsed = replaySchema.safeParse(parseOrUndefined((await readIfThere(file)) ?? ''));
        if (parsed.success) items.push(parsed.data);
        else problems.push({ file: relative(dir, file), message: explainIssues(parsed.error) });
      }
      return { items, problems };
    },
    /** Writes one; says whether the file changed. */
    writeReplay: (replay: Replay) =>
      writeWhole(
        join(dir, 'replays', `${replay.id}.json`),
        `${canonicalJson(replaySchema.parse(replay))}\n`,
      ),
    /** The last run over all; `undefined` where there was none, or its file cannot be used. */
    async readReplayRun(): Promise<ReplayRunSummary | undefined> {
      const text = await readIfThere(join(dir, 'replays.json'));
      return replayRunSchema.safeParse(parseOrUndefined(text ?? '')).data;
    },
    writeReplayRun: (run: ReplayRunSummary) =>
      writeWhole(join(dir, 'replays.json'), `${canonicalJson(replayRunSchema.parse(run))}\n`),
  };
}
