import { categories, categorySchema, type Trait, traitSchema, traits } from '@toolwarden/catalogue';
import * as z from 'zod';

/** Traits a model is asked for: all but `contained`, the only one that can lower a level. */
const askedTraits = traits.filter(({ id }) => id !== 'contained');

// More than a definition can need; it bounds what a hostile endpoint can make us check.
const MAX_QUOTES = 8;
const quotesSchema = z.array(z.string().max(2_000)).max(MAX_QUOTES);

/** What a model says of one tool: facts with quotes, and words. Anything else it sends is dropped. */
const modelAnswerSchema = z.object({
  category: z.object({ value: categorySchema, quotes: quotesSchema }),
  traits: z.array(z.object({ trait: traitSchema, quotes: quotesSchema })).max(traits.length),
  rationale: z.string().max(4_000),
});
export type ModelAnswer = z.infer<typeof modelAnswerSchema>;

const textForm = { type: 'string' };
const quotesForm = { type: 'array', items: textForm };

/** The answer's form as endpoints take it: nothing optional, nothing further. */
export const answerJsonSchema = closedForm({
  id: textForm,
  category: closedForm({
    value: { type: 'string', enum: categories.map(({ id }) => id) },
    quotes: quotesForm,
  }),
  traits: {
    type: 'array',
    items: closedForm({
      trait: { type: 'string', enum: askedTraits.map(({ id }) => id) },
      quotes: quotesForm,
    }),
  },
  rationale: textForm,
});

function closedForm(properties: Record<string, unknown>): Record<string, unknown> {
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties),
    properties,
  };
}

/** An answer, or what is wrong with it in words that the model can be told. */
export type ReadAnswer = { ok: true; answer: ModelAnswer } | { ok: false; problem: string };

/** Reads the text of an answer strictly: one JSON object, at most in a code fence, for the very id that was asked. */
export function readAnswer(text: string, id: string): ReadAnswer {
  const value = parse(unfenced(text));
  if (value === undefined) return { ok: false, problem: 'it is not one JSON object alone' };
  const parsed = modelAnswerSchema.extend({ id: z.string() }).safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues
      .slice(0, 3)
      .map(({ path, message }) => `${path.join('.') || 'answer'}: ${message.slice(0, 120)}`);
    return { ok: false, problem: issues.join('; ') };
  }
  const { id: answered, ...answer } = parsed.data;
  if (answered !== id) return { ok: false, problem: 'its id is not the id of the tool asked for' };
  const named = answer.traits.map(({ trait }) => trait);
  if (new Set<Trait>(named).size !== named.length)
    return { ok: false, problem: 'it names a trait twice' };
  return { ok: true, answer };
}

function unfenced(text: string): string {
  const trimmed = text.trim();
  const isFenced = trimmed.startsWith('```') && trimmed.endsWith('```') && trimmed.length > 6;
  if (!isFenced) return trimmed;
  const end = trimmed.indexOf('\n');
  return end === -1 ? trimmed : trimmed.slice(end + 1, -3).trim();
}

function parse(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A stored answer, read again: a ledger edited by hand or by another version gives nothing rather than nonsense. */
export function readStoredAnswer(text: string): ModelAnswer | undefined {
  const parsed = modelAnswerSchema.safeParse(parse(text));
  return parsed.success ? parsed.data : undefined;
}

/** The traits with their meanings, for the prompt. */
export function traitLines(): string {
  return askedTraits.map(({ id, meaning }) => `- ${id}: ${meaning}`).join('\n');
}
