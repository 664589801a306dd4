import { loadScenarios } from '@toolwarden/attacks/replay';
import { isJsonObject, visiblePieces } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { World } from '../attacks/src/replay/world.ts';
import { readLabels } from '../classifier/evals/labels.ts';
import { sweep } from '../classifier/evals/sweep.ts';

// The definitions with which replayed attacks poison an agent are tried on the classifier too.
const labels = readLabels(new URL('../classifier/evals/open-labels.jsonl', import.meta.url));

/** Every text of a definition, wherever in it. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** Texts that order something, or hide something: of the tools as they are listed first, and as they turn. */
async function poisonedTexts(): Promise<string[]> {
  const turned = new World('turned');
  for (const key of ['live', 'updated']) turned.store.set(key, true);
  for (let call = 0; call < 20; call++)
    turned.calls.push({ server: '', tool: 'get_forecast', arguments: {} });
  const texts = (await loadScenarios()).flatMap(({ servers }) =>
    Object.values(servers).flatMap(({ tools, instructions }) => {
      const worlds = [new World('first'), turned];
      const listed = worlds.map((world) => (typeof tools === 'function' ? tools(world) : tools));
      return textsIn([instructions ?? '', ...listed.flat().map(({ run: _, ...rest }) => rest)]);
    }),
  );
  const isPoisoned = (text: string) =>
    text.includes('<<') || visiblePieces(text).some(({ hidden }) => hidden !== undefined);
  return [...new Set(texts)].filter(isPoisoned);
}

test('no text with which a replayed attack poisons a definition lowers what a tool is judged to be', async () => {
  const texts = await poisonedTexts();
  expect(texts.length).toBeGreaterThan(3);
  const { n, lowered } = sweep(
    labels.filter((_, index) => index % 8 === 0),
    texts,
  );
  expect(n).toBeGreaterThan(500);
  expect(lowered).toEqual([]);
});
