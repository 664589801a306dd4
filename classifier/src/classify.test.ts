import {
  assess,
  type ServerRecord,
  type ToolDefinition,
  toolDigest,
  traitSchema,
} from '@toolwarden/catalogue';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { places } from '../evals/injected.ts';
import { claims, injections } from '../evals/injections.ts';
import { readLabels, serverWordsOf } from '../evals/labels.ts';
import { classify, classifyServer, RULESET_VERSION } from './classify.ts';
import { isVerbatim } from './evidence.ts';

const labels = readLabels(new URL('../evals/open-labels.jsonl', import.meta.url));
const RANK = ['Low', 'Medium', 'High', 'Critical'];
const STRENGTH = ['Read', 'Write', 'Execute'];

const anyDefinition = fc
  .record(
    {
      name: fc.oneof(fc.string(), fc.constantFrom('delete_all', 'run_sql', 'get__proto__', '')),
      title: fc.jsonValue(),
      description: fc.oneof(fc.string({ maxLength: 300 }), fc.jsonValue()),
      inputSchema: fc.oneof(
        fc.jsonValue({ maxDepth: 6 }),
        fc.record({
          type: fc.constant('object'),
          properties: fc.dictionary(
            fc.oneof(
              fc.string(),
              fc.constantFrom('__proto__', 'constructor', 'sql', 'url', 'action', 'a/b~c'),
            ),
            fc.jsonValue({ maxDepth: 3 }),
          ),
        }),
      ),
      outputSchema: fc.jsonValue(),
      annotations: fc.jsonValue(),
    },
    { requiredKeys: ['name'] },
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as ToolDefinition);

test('any definition is judged, with every quote where it says and the level that follows from the traits', () => {
  fc.assert(
    fc.property(anyDefinition, (tool) => {
      const judged = classify({ tool });
      const server = undefined;
      expect(judged.evidence.filter((item) => !isVerbatim(item, tool, server))).toEqual([]);
      expect(judged).toMatchObject(assess(judged.category, judged.traits));
      expect(judged.traits).toEqual([...judged.traits].sort());
      for (const trait of judged.traits)
        expect(judged.evidence.some((item) => item.for === trait)).toBe(true);
      expect(classify({ tool })).toEqual(judged);
    }),
    { numRuns: 400 },
  );
});

test('every real definition has evidence for its category and a rationale of 20 to 70 words', () => {
  for (const label of labels) {
    const judged = classify({ server: serverWordsOf(label), tool: label.tool });
    expect(judged.evidence.some((item) => item.for === 'category')).toBe(true);
    const words = judged.rationale.split(/\s+/).length;
    expect([label.id, words >= 20 && words <= 70, judged.rationale]).toEqual([
      label.id,
      true,
      judged.rationale,
    ]);
    expect(judged.rationale).not.toMatch(
      /\ba (?:Execute|execution)\b|\s{2}|\.\.|[\u0000-\u001F\u202A-\u202E]/,
    );
  }
});

test.for(Object.entries(places))(
  'orders %s never lower an answer and are always found',
  ([, insert]) => {
    for (const label of labels.filter((_, index) => index % 4 === 0)) {
      const server = serverWordsOf(label);
      const clean = classify({ server, tool: label.tool });
      for (const words of injections) {
        const tool = insert(label.tool, words);
        if (tool === undefined) continue;
        const attacked = classify({ server, tool });
        const about = `${label.id}: ${words}`;
        expect([about, attacked.traits.includes('suspicious_definition')]).toEqual([about, true]);
        expect([about, RANK.indexOf(attacked.risk) >= RANK.indexOf(clean.risk)]).toEqual([
          about,
          true,
        ]);
        expect([
          about,
          STRENGTH.indexOf(attacked.category) >= STRENGTH.indexOf(clean.category),
        ]).toEqual([about, true]);
        expect(attacked.rationale).not.toContain(words);
      }
    }
  },
);

const hidden = ['\u202E', '\u200B', '\u{E0041}', '\u001B[31m', '\u2066', '\u0000', '\uFEFF'];
test.for(hidden)('a hidden character %j is found and never repeated', (character) => {
  const tool = {
    name: 'delete_note',
    description: `Delete a ${character}note${character} for good`,
  };
  const judged = classify({ tool });
  expect(judged.traits).toEqual(['destructive', 'suspicious_definition']);
  expect(judged.review).toContain('suspicious-definition');
  expect(judged.rationale).not.toContain(character);
});

const innocent = [
  'Call list_projects first to get the id. Use sparingly.',
  'Do not call this without the explicit consent of the user.',
  'Deprecated: use create_note instead. Mark the message as read afterwards.',
  'Format the answer as a table. 👨‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ❤️',
];
test.for(innocent)('usage advice is not suspicious: %s', (words) => {
  expect(
    classify({ tool: { name: 'get_note', description: `Get a note. ${words}` } }).traits,
  ).not.toContain('suspicious_definition');
});

test('time grows with the length of a definition and no faster', () => {
  const hostile = [
    'a '.repeat(20_000),
    '(('.repeat(20_000),
    'not '.repeat(12_000),
    'ignore all '.repeat(4000),
    'e.g. '.repeat(10_000),
    '<'.repeat(40_000),
  ];
  for (const description of hostile) {
    const properties = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `p${index}`,
        { type: 'string', description: description.slice(0, 400) },
      ]),
    );
    // The bound is the test's own time limit: a pattern that backtracks would take minutes.
    expect(
      classify({ tool: { name: 'x', description, inputSchema: { properties } } }).category,
    ).toBeTypeOf('string');
  }
});

test('a server’s tools are sorted, keyed and say who judged', () => {
  const tools = ['b_get', 'a_delete'].map((name) => {
    const definition: ToolDefinition = { name };
    return { definition, digest: toolDigest(definition), configurations: ['default'] };
  });
  const record = {
    id: 'npm:notes',
    version: '1.0.0',
    outcome: 'complete',
    configurations: [],
    tools,
  } satisfies ServerRecord;
  const judged = classifyServer(record);
  expect(judged.tools.map(({ tool }) => tool)).toEqual(['a_delete', 'b_get']);
  expect(judged.tools[0]?.provenance).toEqual({
    taxonomyVersion: '1',
    rulesetVersion: RULESET_VERSION,
    profile: 'standard',
    method: 'rules',
  });
  expect(
    judged.tools.every(({ traits }) =>
      traits.every((trait) => traitSchema.safeParse(trait).success),
    ),
  ).toBe(true);
});

test.for(claims)('a bare claim before or after an act changes nothing of it: %s', (claim) => {
  const acts = [
    'Delete a file.',
    'Send a message to a channel.',
    'Place a market order.',
    'Start a job.',
  ];
  for (const description of acts) {
    const name = 'run_x';
    const clean = classify({ tool: { name, description } });
    for (const text of [
      `${claim} ${description}`,
      `${description} ${claim}`,
      `${claim}\n\n${description}`,
    ]) {
      const { category, traits, risk } = classify({ tool: { name, description: text } });
      expect([text, category, traits, risk]).toEqual([
        text,
        clean.category,
        clean.traits,
        clean.risk,
      ]);
    }
  }
});
