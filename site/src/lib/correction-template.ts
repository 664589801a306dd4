import { serverSlug } from '@toolwarden/catalogue';
import { type JsonToken, joinTokens, jsonTokens } from './json-tokens.ts';
import type { ToolRef } from './tool-view.ts';

/** The correction record of a tool with what is known filled in, and the file it belongs into. */
export function correctionTemplate({ entry, tool }: ToolRef): {
  file: string;
  tokens: JsonToken[];
} {
  const { judgement, digest, definition } = tool;
  const record = {
    id: entry.record.id,
    tools: [
      {
        tool: definition.name,
        toolDigest: digest,
        category: judgement?.category ?? 'Write',
        traits: judgement?.traits ?? [],
        reason: 'Why, in a sentence.',
        by: 'Your name',
        on: '2026-01-31',
      },
    ],
  };
  return {
    file: `data/corrections/${serverSlug(entry.record.id)}.json`,
    tokens: joinTokens(jsonTokens(record)),
  };
}
