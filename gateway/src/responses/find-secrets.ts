/** Where in a text something stands that must not be passed on. */
export type Found = { start: number; end: number };

/** Finds secrets in a text; asynchronous, as the library is. */
export type SecretFinder = (text: string) => Promise<Found[]>;

/**
 * Loads the maintained set of secrets' forms. Each of its rules is named, because the set also has one by which a text
 * can switch the others off.
 */
export async function loadSecretFinder(): Promise<SecretFinder> {
  const [{ lintSource }, { rules }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ]);
  const config = {
    rules: rules
      .filter(({ meta }) => !meta.id.includes('filter'))
      .map((rule) => ({
        id: rule.meta.id,
        rule,
        ...(options[rule.meta.id] && { options: options[rule.meta.id] }),
      })),
  };
  return async (text) => {
    const source = {
      filePath: 'result.txt',
      content: text,
      ext: '.txt',
      contentType: 'text' as const,
    };
    const { messages } = await lintSource({
      source,
      options: { config, noPhysicFilePath: true, maskSecrets: false },
    });
    const known = messages.flatMap(({ range: [start, end] }) => ({ start, end }));
    return [...known, ...likelySecrets(text)];
  };
}

const options: Record<string, object> = {
  '@secretlint/secretlint-rule-aws': { enableIDScanRule: true },
};

// Names that a secret stands behind. Bounded repeats only: texts are hostile, and may be long.
const NAMED =
  /(?:api[_ -]?key|access[_ -]?key|secret|token|passw(?:or)?d|passphrase|credential|authorization|bearer|private[_ -]?key)[\w-]{0,24}["']?(?:\s{0,3}[:=]\s{0,3}|\s{1,3})(?:bearer\s{1,3}|basic\s{1,3})?["']?([A-Za-z0-9+/_.~-]{12,512}={0,2})/giu;
// Three parts of a signed token, and forms that the set leaves out.
const ALONE = /\beyJ[\w-]{8,4096}\.eyJ[\w-]{8,8192}\.[\w-]{16,2048}|\bAIza[\w-]{35}\b/gu;

/** What looks like a secret though no known service gives out such: a word of high entropy behind a name for one. */
function likelySecrets(text: string): Found[] {
  const named = [...text.matchAll(NAMED)].flatMap((match) => {
    const word = match[1] ?? '';
    const end = match.index + match[0].length;
    return isRandom(word) ? [{ start: end - word.length, end }] : [];
  });
  const alone = [...text.matchAll(ALONE)].map(({ index, 0: word }) => ({
    start: index,
    end: index + word.length,
  }));
  return [...named, ...alone];
}

/** Bits a character that random words have and words of people have not, by what they are written with. */
const LEAST_BITS = 3.2;

/** Whether a word is one that nobody would think of: many different characters, and not only letters of one case. */
function isRandom(word: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(word)).length;
  if (kinds < 2) return false;
  const counts = new Map<string, number>();
  for (const char of word) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / word.length;
    bits -= share * Math.log2(share);
  }
  return bits >= LEAST_BITS;
}
