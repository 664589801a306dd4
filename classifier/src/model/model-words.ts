import type { Category, Trait } from '@toolwarden/catalogue';
import type { RulesJudgement } from '../classify.ts';
import { orderIn } from '../steering.ts';
import { levelSentence } from '../why-level.ts';
import type { Judged } from './combine.ts';

const LEAST_WORDS = 20;
const MOST_WORDS = 70;

/**
 * A model's words, with our sentence on the level after them; `undefined` where they are not fit to be shown. A model may
 * have been talked into anything by the definition it read, so what it wrote is as untrusted as that.
 */
export function fitWords(rationale: string, judged: Judged): string | undefined {
  const words = rationale.trim().replace(/\s+/g, ' ');
  if (!PLAIN.test(words) || !/^\p{Lu}/u.test(words) || !/[.]$/.test(words)) return undefined;
  if (ADDRESS.test(words) || PRAISE.test(words) || LEVEL.test(words) || ADVICE.test(words))
    return undefined;
  if (orderIn(words) !== undefined || contradicts(words, judged)) return undefined;
  const text = `${words} ${levelSentence(judged.traits, judged)}`;
  const count = text.split(' ').length;
  return count >= LEAST_WORDS && count <= MOST_WORDS ? text : undefined;
}

const PLAIN = /^[\p{L}\p{M}\p{N} .,;:'’"“”()/%+&–—-]{20,600}$/u;
const ADDRESS = /:\/\/|\bwww\.|\b[\w-]+\.(?:com|org|net|io|dev|ai|app|co)\b|\/\//i;
const PRAISE =
  /\b(?:safe(?:ly)?|harmless|benign|trust(?:ed|worthy)?|approved?|approval|vetted|certified|verified|innocuous|risk[- ]free|no risk|without risk|pre-?approved)\b/i;
const LEVEL =
  /\b(?:risks?|severity|danger(?:ous)?|level)\b|\b(?:low|medium|high|critical)[- ](?:risk|level|severity)\b/i;
const ADVICE =
  /\b(?:should|must|never|always|please|recommend\w*|make sure|be careful|you|your)\b/i;

const CATEGORY_WORDS: Record<Category, RegExp> = {
  Read: /\b(?:is|as|counts as|makes it|it) an? (?:read|lookup|query)\b|\bread[- ]only\b|\b(?:only|merely|just|simply) (?:reads?|returns?|lists?|gets?|fetch\w*|look\w*)\b|\b(?:nothing|no \w+(?: \w+)?) (?:is |are |gets? )?(?:changed|stored|kept|written|modified|started|sent|deleted|altered|set off)\b|\bno side[- ]effects?\b|\b(?:does not|doesn't|cannot|can't|without) (?:chang|modif|alter|writ|stor|delet|creat|send|affect|execut|mak)\w*/i,
  Write: /\b(?:is|as|counts as|makes it|it) a write\b/i,
  Execute: /\b(?:is|as|counts as|makes it|it) an (?:execut\w*)\b/i,
};
/** Words whose denial beside the trait would be a contradiction, or whose claim without it would. */
const TRAIT_WORDS: Partial<Record<Trait, string>> = {
  destructive: 'delet|remov|destr|eras|overwrit|purg|los[est]|wip',
  financial: 'pay|paid|charg|refund|money|financial|transfer|purchas|buy|sell',
  communicates_externally: 'send|sent|post|e-?mail|outside|extern|messag|publish',
  credential_access: 'secret|credential|password|token|key|permission|access',
  code_execution: 'code|command|program|script|shell',
  bulk: 'many|bulk|several|all',
  raw_query: 'quer|statement|sql',
  private_data: 'private|personal|confidential',
};

function contradicts(words: string, { category, traits }: Judged): boolean {
  const others = (Object.keys(CATEGORY_WORDS) as Category[]).filter((other) => other !== category);
  // "a write, not an execution" names the neighbour only to turn it away.
  const claimed = words.replace(
    /\b(?:not|rather than|instead of|and not|never|nor) (?:as )?an? (?:read|write|execut\w*|lookup|query)\b/gi,
    '',
  );
  if (others.some((other) => CATEGORY_WORDS[other].test(claimed))) return true;
  return traits.some((trait) => {
    const stems = TRAIT_WORDS[trait];
    return (
      stems !== undefined &&
      new RegExp(
        `\\b(?:not|never|no|nothing|nor|without|cannot|\\w+n't)\\b[^.,;]{0,40}\\b(?:${stems})`,
        'i',
      ).test(claimed)
    );
  });
}

const CATEGORY_SENTENCE: Record<Category, string> = {
  Read: 'One call is taken for a read',
  Write: 'One call is taken for a write, which changes what is stored',
  Execute: 'One call is taken for an execution, whose effect is decided outside the call',
};

/** Words for an answer that the model raised, where its own are not fit: what stands, by whose reading, and the level. */
export function raisedWords(name: string, rules: RulesJudgement, judged: Judged): string {
  const shown = name.replace(/[^\p{L}\p{N} ._/-]/gu, '').slice(0, 64);
  const called = orderIn(shown) === undefined && /\S/.test(shown) ? ` of “${shown}”` : '';
  const added = judged.traits.filter((trait) => !rules.traits.includes(trait));
  const what =
    judged.category === rules.category
      ? `the model found words in the definition for ${spoken(added)}, which the rules had not`
      : `the rules alone read it as a ${rules.category.toLowerCase()}, the model’s quotes show more, and the stronger answer stands`;
  return `${CATEGORY_SENTENCE[judged.category].replace('One call', `One call${called}`)}: ${what}. ${levelSentence(judged.traits, judged)}`;
}

function spoken(traits: readonly Trait[]): string {
  const names = traits.slice(0, 3).map((trait) => trait.replaceAll('_', ' '));
  return names.length < 2
    ? (names[0] ?? 'more')
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
