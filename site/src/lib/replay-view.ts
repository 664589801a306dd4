import {
  isReproduced,
  isReproducedOverStdio,
  type JsonValue,
  type Replay,
  type ReplayLine,
  visibleText,
} from '@toolwarden/catalogue';
import { type JsonToken, joinTokens, jsonTokens } from './json-tokens.ts';

/** One run as the page shows it. */
type ReplayRunView = {
  id: 'without' | 'with' | 'benign' | 'passes';
  title: string;
  /** What came of it, in a sentence. */
  result: string;
  lines: { who: string; what: string }[];
};

/** What an entry's page shows of its replay. */
export type ReplayView = {
  isReproduced: boolean;
  story: string;
  /** Whether the same was seen through `toolwarden wrap`. */
  isOverStdio: boolean;
  runs: ReplayRunView[];
  /** The policy of the protected runs; absent where the control is the gateway itself. */
  policy: { text: string; tokens: JsonToken[] } | undefined;
};

const WHO: Record<ReplayLine['who'], string> = {
  agent: 'Agent',
  server: 'Server',
  gateway: 'Gateway',
  client: 'Client',
};

/** More of a run than this says nothing new: loops repeat themselves. */
const MOST_LINES = 24;

/** A replay in words. Whether it counts as reproduced is computed from the last run, never written down. */
export function replayView(replay: Replay): ReplayView {
  const { story, runs, policy, against } = replay;
  const { without, with: kept, benign, passes } = runs;
  const tokens = joinTokens(jsonTokens(policy as JsonValue));
  return {
    isReproduced: isReproduced(replay),
    story,
    isOverStdio: isReproducedOverStdio(replay),
    policy:
      against === 'gateway' ? undefined : { tokens, text: tokens.map(({ text }) => text).join('') },
    runs: [
      {
        id: 'without',
        title: against === 'gateway' ? 'Without the gateway' : 'Without the control',
        result: without.happened
          ? 'The harm was done.'
          : 'No harm was done, so this proves nothing.',
        lines: linesOf(without.transcript),
      },
      {
        id: 'with',
        title: against === 'gateway' ? 'Through the gateway' : 'With the control',
        result: kept.happened ? 'The harm was done all the same.' : 'No harm was done.',
        lines: linesOf(kept.transcript),
      },
      {
        id: 'benign',
        title: 'Honest use, with the control',
        result: benign.happened ? 'It works as before.' : 'It was stopped too.',
        lines: linesOf(benign.transcript),
      },
      ...(passes === undefined
        ? []
        : [
            {
              id: 'passes' as const,
              title: 'What still passes',
              result: passes.happened ? passes.what : 'This form no longer passes.',
              lines: linesOf(passes.transcript),
            },
          ]),
    ],
  };
}

function linesOf(transcript: readonly ReplayLine[]): ReplayRunView['lines'] {
  const shown = transcript.slice(0, MOST_LINES).map(({ who, what }) => ({
    who: WHO[who],
    what: visibleText(what),
  }));
  const rest = transcript.length - shown.length;
  return rest > 0 ? [...shown, { who: '', what: `and ${rest} lines more` }] : shown;
}
