import { parseDocument, stringify } from 'yaml';
import { type Attack, type AttackEntry, attackSchema } from './attack.ts';

const FENCE = '---\n';

/** The front matter's text of an entry file, and its prose; `undefined` where there is no front matter. */
function splitAttackText(text: string): { front: string; body: string } | undefined {
  if (!text.startsWith(FENCE)) return undefined;
  const end = text.indexOf(`\n${FENCE}`, FENCE.length - 1);
  if (end < 0) return undefined;
  return { front: text.slice(FENCE.length, end + 1), body: text.slice(end + 1 + FENCE.length) };
}

/** Reads an entry file. @throws Error with one line about the first thing wrong; ZodError for the schema. */
export function parseAttackText(text: string): AttackEntry {
  const parts = splitAttackText(text);
  if (parts === undefined) throw new Error('expected front matter between two lines of ---');
  // Aliases are refused: an entry has no use for them, and nested ones grow without bound.
  const document = parseDocument(parts.front, { uniqueKeys: true, schema: 'core' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new Error(problem.message.split('\n')[0]);
  const front: unknown = document.toJS({ maxAliasCount: 0 });
  return { attack: attackSchema.parse(front), body: parts.body.trim() };
}

/** Prints an entry in the one form data/ holds: front matter in the schema's order, a blank line, the prose. */
export function attackText({ attack, body }: AttackEntry): string {
  const ordered = Object.fromEntries(
    Object.keys(attackSchema.shape)
      .filter((key) => attack[key as keyof Attack] !== undefined)
      .map((key) => [key, attack[key as keyof Attack]]),
  );
  // Zod gives objects back in the order of their schema, so what lies inside needs no sorting.
  const front = stringify(ordered, { lineWidth: 0, aliasDuplicateObjects: false });
  return `${FENCE}${front}${FENCE}\n${body.trim()}\n`;
}
