import { type CatalogueTool, isJsonObject, type JsonValue, own } from '@toolwarden/catalogue';

/** A hint the server gives, and what its words say. */
export type AnnotationRow = {
  hint: string;
  meaning: string;
  /** JSON text of what the server states; `undefined` where it leaves the hint out. */
  claimed: string | undefined;
  judged: string;
  verdict: 'agrees' | 'differs' | 'unproven' | 'not-stated';
};

type Judged = { category: string; traits: readonly string[] };
const HINTS: {
  hint: string;
  meaning: string;
  judge: (judged: Judged) => { text: string; value: boolean | undefined };
}[] = [
  {
    hint: 'readOnlyHint',
    meaning: 'changes nothing',
    judge: ({ category }) => ({ text: category, value: category === 'Read' }),
  },
  {
    hint: 'destructiveHint',
    meaning: 'may remove or overwrite',
    judge: ({ traits }) => {
      const value = traits.includes('destructive') || traits.includes('destructive_option');
      return { text: value ? 'destructive' : 'no words of removal or loss', value };
    },
  },
  {
    hint: 'openWorldHint',
    meaning: 'reaches outside systems',
    judge: ({ traits }) => {
      const value =
        traits.includes('communicates_externally') || traits.includes('untrusted_content');
      return { text: value ? 'reaches outside' : 'no words of reaching outside', value };
    },
  },
  {
    hint: 'idempotentHint',
    meaning: 'calling again changes nothing more',
    judge: () => ({ text: 'not judged', value: undefined }),
  },
];

/** The server's claims beside our reading. A hint left out is no claim: the protocol's default is not evidence. */
export function annotationRows({ definition, judgement }: CatalogueTool): AnnotationRow[] {
  const annotations = own(definition, 'annotations');
  const stated = isJsonObject(annotations) ? annotations : {};
  return HINTS.map(({ hint, meaning, judge }) => {
    const claim = own(stated, hint);
    const judged = judgement ? judge(judgement) : { text: 'not classified', value: undefined };
    return {
      hint,
      meaning,
      claimed: claim === undefined ? undefined : shown(claim),
      judged: judged.text,
      verdict: verdictOf(claim, judged.value),
    };
  });
}

function verdictOf(
  claim: JsonValue | undefined,
  judged: boolean | undefined,
): AnnotationRow['verdict'] {
  if (claim === undefined) return 'not-stated';
  if (typeof claim !== 'boolean' || judged === undefined) return 'unproven';
  return claim === judged ? 'agrees' : 'differs';
}

function shown(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
