import { isJsonObject, type JsonValue } from '@toolwarden/catalogue';

/** Stands where a secret stood. */
const REDACTED = '[redacted]';

// What the maintained rules leave out, since their file types or options tell those forms apart; a group is the secret itself.
const FURTHER: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bAIza[0-9A-Za-z_-]{35}/g,
  /\bsk-[0-9A-Za-z_-]{20,}/g,
  /\beyJ[0-9A-Za-z_-]{10,2000}\.[0-9A-Za-z_-]{10,4000}\.[0-9A-Za-z_-]{10,2000}/g,
  /\bBearer [0-9A-Za-z._~+/-]{20,2000}/g,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g,
  /\bgithub_pat_[0-9A-Za-z_]{30,100}/g,
  /\bGOCSPX-[0-9A-Za-z_-]{20,40}/g,
  /\b[0-9]{8,10}:AA[0-9A-Za-z_-]{30,40}/g,
  /\bSK[0-9a-f]{32}\b/g,
  /\b[MNO][0-9A-Za-z_-]{23,27}\.[0-9A-Za-z_-]{6,7}\.[0-9A-Za-z_-]{27,40}/g,
  /(?:api[_-]?key|(?:access|account)[_-]?key|secret|token|password|passwd|pwd)["']?\s{0,3}[=:]\s{0,3}["']?(?=[^\s"']{0,199}\d)([^\s"',;}]{16,200})/gi,
];

type Lint = (text: string) => Promise<string[]>;
let rules: Promise<Lint> | undefined;

/** A JSON value with every secret of a known form taken out of its texts and keys; done before anything is sent. */
export async function redactSecrets<Value extends JsonValue>(value: Value): Promise<Value> {
  const texts: string[] = [];
  collect(value, texts, 0);
  const joined = texts.join('\n\n');
  rules ??= loadRules();
  const found = new Set((await (await rules)(joined)).flatMap((secret) => secret.split('\n\n')));
  for (const pattern of FURTHER)
    for (const text of texts)
      for (const [match, value = match] of text.matchAll(pattern)) found.add(value);
  // The longest first, so that no part of one is left over by another.
  const secrets = [...found]
    .filter(({ length }) => length >= 8)
    .sort((a, b) => b.length - a.length);
  if (secrets.length === 0) return value;
  const clean =
    secrets.length > MOST_SECRETS
      ? () => REDACTED
      : (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
  return replaced(value, clean, 0) as Value;
}

/** A definition with more of them is no definition: nothing of it is sent, and nobody has to search it for each. */
const MOST_SECRETS = 200;

async function loadRules(): Promise<Lint> {
  const [{ lintSource }, { creator }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ]);
  return async (text) => {
    const { messages } = await lintSource({
      source: { content: text, filePath: 'definition.txt', ext: '.txt', contentType: 'text' },
      options: {
        maskSecrets: false,
        noPhysicFilePath: true,
        config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] },
      },
    });
    return messages.map(({ range: [from, to] }) => text.slice(from, to));
  };
}

/** Deeper values are not sent at all. */
const MAX_DEPTH = 64;

function collect(value: JsonValue, texts: string[], depth: number): void {
  if (typeof value === 'string') texts.push(value);
  else if (depth >= MAX_DEPTH) return;
  else if (Array.isArray(value)) for (const item of value) collect(item, texts, depth + 1);
  else if (isJsonObject(value))
    for (const key of Object.keys(value)) {
      texts.push(key);
      collect(value[key] as JsonValue, texts, depth + 1);
    }
}

function replaced(value: JsonValue, clean: (text: string) => string, depth: number): JsonValue {
  if (typeof value === 'string') return clean(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => replaced(item, clean, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [clean(key), replaced(item, clean, depth + 1)]),
  );
}
