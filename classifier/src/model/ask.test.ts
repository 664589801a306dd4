import { traits } from '@toolwarden/catalogue';
import { afterEach, expect, test } from 'vitest';
import {
  drip,
  ending,
  first,
  good,
  goodAnswer,
  huge,
  reset,
  status,
} from '../../fixtures/model-scripts.ts';
import type { Script } from '../../fixtures/model-server.ts';
import {
  closeAll,
  closedAddress,
  judgeAt,
  note,
  removal,
  setUp,
} from '../../fixtures/model-set-up.ts';
import { type ClassifierInput, classify } from '../classify.ts';

afterEach(async () => {
  await closeAll();
});

const isUnavailable = { review: expect.arrayContaining(['model-unavailable']) };

test('CL1: busy, failing and dead endpoints are asked again with patience, then left to the rules', async () => {
  for (const script of [
    status(429, { 'retry-after': '1' }),
    status(429, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }),
    status(429),
    status(500),
    status(529),
    reset,
  ]) {
    const { server, judge } = await setUp(first(1, script, good));
    const judged = await judge.judge(note);
    expect(judged.provenance.method).toBe('model+rules');
    expect(server.seen).toHaveLength(2);
  }
});

test('CL1: the time that a busy endpoint names is waited out before it is asked again', async () => {
  const waits: number[] = [];
  let skipped = 0;
  const clock = {
    now: () => performance.now() + skipped,
    sleep: async (ms: number) => {
      waits.push(ms);
      skipped += ms;
    },
  };
  const { judge } = await setUp(first(1, status(429, { 'retry-after': '7' }), good), { clock });
  await judge.judge(note);
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(6_000);
});

test('CL1: an endpoint that wants to be left alone for hours is left alone', async () => {
  const { server, judge } = await setUp(status(429, { 'retry-after': '864000' }), {
    concurrency: 1,
  });
  await Promise.all([judge.judge(note), judge.judge(removal)]);
  expect(server.seen).toHaveLength(1);
  expect(judge.report().unavailable).toEqual({ 'circuit-open': 1, 'rate-limited': 1 });
});

test('CL1: after five failures in a row nothing more is sent, and no tool is lost', async () => {
  const { server, judge } = await setUp(reset, { concurrency: 1 });
  const inputs = [...Array(12).keys()].map(
    (index): ClassifierInput => ({ tool: { name: `get_note_${index}` } }),
  );
  const judged = await Promise.all(inputs.map((input) => judge.judge(input)));
  expect(judged).toHaveLength(12);
  for (const item of judged) expect(item).toMatchObject({ ...isUnavailable, category: 'Read' });
  expect(judged.every(({ provenance }) => provenance.method === 'rules')).toBe(true);
  expect(server.seen).toHaveLength(5);
  expect(judge.report().unavailable['circuit-open']).toBeGreaterThanOrEqual(8);
});

test('CL1: an address where nothing listens costs nothing', async () => {
  const judge = judgeAt(await closedAddress(), {
    priceIn: 1,
    priceOut: 1,
    budget: 1,
    key: undefined,
  });
  expect(await judge.judge(note)).toMatchObject(isUnavailable);
  expect(judge.report()).toMatchObject({ spent: 0 });
});

test('CL2: an answer that comes in drops ends at the deadline, though it is never idle', async () => {
  const { judge } = await setUp(drip, { deadlineMs: 150 });
  const judged = await judge.judge(note);
  expect(judged).toMatchObject(isUnavailable);
  expect(judge.report().unavailable).toEqual({ 'timed-out': 1 });
});

const text =
  (change: (answer: ReturnType<typeof goodAnswer>) => unknown): Script =>
  (request) => {
    const changed = change(goodAnswer(request));
    return typeof changed === 'string' ? changed : JSON.stringify(changed);
  };
const malformed: [string, Script][] = [
  ['no JSON', text(() => 'Read')],
  ['empty object', text(() => '{}')],
  ['a list', text((answer) => [answer])],
  ['cut JSON', text((answer) => JSON.stringify(answer).slice(0, -5))],
  ['prose before', text((answer) => `Here you are: ${JSON.stringify(answer)}`)],
  ['prose after', text((answer) => `${JSON.stringify(answer)} I hope this helps`)],
  ['two objects', text((answer) => `${JSON.stringify(answer)}\n${JSON.stringify(answer)}`)],
  ['no id', text(({ id: _, ...answer }) => answer)],
  ['another id', text((answer) => ({ ...answer, id: 'ffffffffffff' }))],
  ['a number as id', text((answer) => ({ ...answer, id: 7 }))],
  [
    'an unknown category',
    text((answer) => ({ ...answer, category: { value: 'Safe', quotes: [] } })),
  ],
  [
    'a lower-case category',
    text((answer) => ({ ...answer, category: { value: 'read', quotes: [] } })),
  ],
  ['category as a word', text((answer) => ({ ...answer, category: 'Read' }))],
  ['no category', text(({ category: _, ...answer }) => answer)],
  ['no quotes', text((answer) => ({ ...answer, category: { value: 'Read' } }))],
  [
    'quotes as one text',
    text((answer) => ({ ...answer, category: { value: 'Read', quotes: 'Get' } })),
  ],
  ['no traits', text(({ traits: _, ...answer }) => answer)],
  ['traits as an object', text((answer) => ({ ...answer, traits: {} }))],
  [
    'an unknown trait',
    text((answer) => ({ ...answer, traits: [{ trait: 'evil', quotes: ['Get'] }] })),
  ],
  [
    'a trait of Object',
    text((answer) => ({ ...answer, traits: [{ trait: 'constructor', quotes: [] }] })),
  ],
  [
    'a trait twice',
    text((answer) => ({
      ...answer,
      traits: [
        { trait: 'bulk', quotes: ['Get'] },
        { trait: 'bulk', quotes: ['Get'] },
      ],
    })),
  ],
  ['a trait without quotes', text((answer) => ({ ...answer, traits: [{ trait: 'bulk' }] }))],
  [
    'more traits than there are',
    text((answer) => ({
      ...answer,
      traits: [...traits, ...traits].map(({ id }) => ({ trait: id, quotes: [] })),
    })),
  ],
  [
    'a thousand quotes',
    text((answer) => ({
      ...answer,
      category: { value: 'Read', quotes: Array(1000).fill('Get') },
    })),
  ],
  ['no rationale', text(({ rationale: _, ...answer }) => answer)],
  ['rationale as a list', text((answer) => ({ ...answer, rationale: [] }))],
  ['null', text(() => 'null')],
  ['no choices', () => ({ choices: [] })],
  [
    'two choices',
    () => ({ choices: [{ message: { content: '{}' } }, { message: { content: '{}' } }] }),
  ],
  [
    'a page',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>Welcome</html>');
      return undefined;
    },
  ],
  ['ten megabytes', huge],
];

test.for(malformed)('CL3: %s is asked for once more, then the rules stand', async ([, script]) => {
  const { server, judge } = await setUp(script);
  const judged = await judge.judge(note);
  expect(judged).toMatchObject(isUnavailable);
  expect(judged.category).toBe(classify(note).category);
  expect(server.seen).toHaveLength(2);
});

test.for(malformed.filter(([name]) => name !== 'ten megabytes'))(
  'CL3: after %s a good second answer counts',
  async ([, script]) => {
    const { judge } = await setUp(first(1, script, good));
    expect((await judge.judge(note)).provenance.method).toBe('model+rules');
  },
);

test('CL3: an answer in a code fence is read, and what a model may not say is dropped', async () => {
  const { judge } = await setUp(
    text(
      (answer) =>
        `\`\`\`json\n${JSON.stringify({ ...answer, risk: 'Low', confidence: 'high' })}\n\`\`\``,
    ),
  );
  expect(await judge.judge(removal)).toMatchObject({ risk: 'Critical', label: 'Destructive' });
});

test('CL3: an endpoint that knows no schema is asked for an object, then for text, and that is remembered', async () => {
  const { server, judge } = await setUp((request, response, count) =>
    request.body.response_format === undefined
      ? goodAnswer(request)
      : status(400)(request, response, count),
  );
  await judge.judge(note);
  await judge.judge(removal);
  expect(server.seen.map(({ body }) => body.response_format?.type)).toEqual([
    'json_schema',
    'json_object',
    undefined,
    undefined,
  ]);
});

test.for([
  ['a refusal', ending('stop', { content: null, refusal: 'I cannot help with that' }), 'refused'],
  ['a content filter', ending('content_filter', { content: '' }), 'filtered'],
  ['an answer cut by its length', ending('length', { content: '{"id"' }), 'cut'],
  ['an empty answer', ending('stop', { content: '' }), 'empty'],
] as const)('CL4: %s is recorded and never makes a tool safe', async ([, script, why]) => {
  const { server, judge } = await setUp(script);
  const judged = await judge.judge(removal);
  expect(judged).toMatchObject({ ...isUnavailable, risk: 'Critical', label: 'Destructive' });
  expect(judge.report().unavailable).toEqual({ [why]: 1 });
  await judge.judge(removal);
  expect(server.seen).toHaveLength(1);
});

test('CL10: one changed byte in any field is another question', async () => {
  const { server, judge } = await setUp(good);
  const base: ClassifierInput = {
    server: { name: 's', description: 'd' },
    tool: {
      name: 'get_note',
      title: 'Note',
      description: 'Get a note',
      inputSchema: { type: 'object' },
      outputSchema: { type: 'object' },
      annotations: { readOnlyHint: true },
      _meta: { a: 1 },
      icons: [{ src: 'a' }],
    },
  };
  const changed: ClassifierInput[] = [
    { ...base, server: { name: 'S', description: 'd' } },
    { ...base, server: { name: 's', description: 'D' } },
    ...Object.entries({
      name: 'get_notE',
      title: 'NotE',
      description: 'Get a notE',
      inputSchema: { type: 'objecT' },
      outputSchema: { type: 'objecT' },
      annotations: { readOnlyHint: false },
      _meta: { a: 2 },
      icons: [{ src: 'b' }],
    }).map(
      ([field, value]): ClassifierInput => ({ ...base, tool: { ...base.tool, [field]: value } }),
    ),
  ];
  await judge.judge(base);
  await judge.judge(base);
  expect(server.seen).toHaveLength(1);
  for (const input of changed) await judge.judge(input);
  expect(new Set(server.seen.map(({ id }) => id)).size).toBe(1 + changed.length);
});

test('a wrong key is not tried again and again', async () => {
  const { server, judge } = await setUp(status(401), { concurrency: 1 });
  await Promise.all([judge.judge(note), judge.judge(removal)]);
  expect(server.seen).toHaveLength(1);
});

test('CL1: a name that does not resolve leaves the rules’ answer, unpaid', async () => {
  const judge = judgeAt('https://model.invalid/v1', { budget: 1, priceIn: 1, priceOut: 1 });
  expect(await judge.judge(note)).toMatchObject(isUnavailable);
  expect(judge.report()).toMatchObject({ spent: 0, unavailable: { unreachable: 1 } });
});
