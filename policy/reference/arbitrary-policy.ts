import { categories, type JsonValue, toolDigest, traits } from '@toolwarden/catalogue';
import fc from 'fast-check';
import { classKeys, type Policy } from '../src/policy.ts';

// Small vocabularies, so that rules and calls meet: most random policies that know any word would never match a call.
const tool = fc.constantFrom('get_a', 'get_b', 'send', 'del/x', 'constructor');
const toolKey = fc.oneof(tool, fc.constantFrom('*', 'get_*', '*_a', 's*d', 'x*'));
const name = fc.constantFrom('a', 'b', 'list', 'constructor');
const number = fc.constantFrom(-1, 0, -0, 0.1, 0.2, 1, 2, 5, 100, 2 ** 53, 2 ** 53 + 2, 1e308);
const text = fc.constantFrom(
  '',
  'a',
  'ab',
  'prod',
  'PROD',
  '5',
  'e\u0301',
  '\u00e9',
  'a\nb',
  'x'.repeat(70),
  '\ud83d\ude00',
  '\ud83d',
);
const place = fc.constantFrom(
  '/srv/data/a',
  '/srv/data',
  '/srv/database',
  '/srv/data/../x',
  '/srv/data/%2e%2e/x',
  '/srv/%64ata/a',
  '/srv/data/a%20b',
  'a/b',
  '../a',
  'a/../..',
  '~',
  'C:/x',
  '/srv//data/./a',
  '/srv/data/..',
  '/srv/data/... /a',
  '/',
  '/C:/x',
  './C:/x',
  '/srv/data/a:b',
  '/srv/data/100%25',
  '/srv/data/%2525',
  '/srv/data/%252e%252e/x',
  '/srv/data/%ff',
  '/srv/data/%',
  '/srv/data/%2F..%2F..',
  '/srv/data\\..\\x',
  '/srv/data/e\u0301',
  'a/../a/x',
  'a/b/../../../a',
);
const address = fc.constantFrom(
  'https://example.com/',
  'https://a.example.com/x',
  'http://example.com:8080',
  'https://example.com:443/',
  'https://u@example.com/',
  'https://example.com./',
  'http://127.0.0.1/',
  'http://2130706433/',
  'https://ex\u0430mple.com',
  'https://b\u00fccher.example',
  'example.com',
  'https://evil.org/example.com',
  'HTTPS://EXAMPLE.com',
  'https://example.com?x=a@evil.org',
  'https://example.com#@evil.org',
  'https://example.com/?x=a@evil.org',
  'https://example.com:/',
  'https://example.com:0443/',
  'https://example.com:0/',
  'https://example.com:65536/',
  'https://[::1]/',
  'https://[::1]:8080/',
  'https://ex%61mple.com/',
  'https://\uff45xample.com/',
  'https://example.com/a b',
  'https://example.com\\@evil.org/',
  'http://127.1/',
  'http://0x7f.0.0.1/',
  'ftp://example.com/',
  'https:example.com',
  'https:///example.com',
  'wss://a.example.com:443',
  'https://xn--bcher-kva.example/',
  'https://b\u00dccher.example./',
  'https://B\u00dcCHER.example:443',
  'https://.example.com/',
  'https://a..example.com/',
  'https://example\u3002com/',
);
const scalar: fc.Arbitrary<string | number | boolean | null> = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constant(null),
);
const anyText = fc.oneof({ weight: 2, arbitrary: text }, place, address);

const value: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.oneof(scalar, anyText, fc.constant(Number.POSITIVE_INFINITY)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  ),
})).value;

const path = fc.constantFrom(
  'args.a',
  'args.b',
  'args.a',
  'args.b',
  'args.a.b',
  'args.list',
  'args.list[*]',
  'args.list[*].a',
  'args.a[*]',
  'args["a"]',
  'args.constructor',
  'args.list[*][*]',
  'args',
);

const test = path.chain((path) =>
  fc.oneof(
    fc.record({
      path: fc.constant(path),
      op: fc.constantFrom('eq', 'neq', 'contains'),
      value: scalar,
    }),
    fc.record({
      path: fc.constant(path),
      op: fc.constantFrom('in', 'not_in'),
      value: fc.array(scalar, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      path: fc.constant(path),
      op: fc.constantFrom('lt', 'lte', 'gt', 'gte'),
      value: number,
    }),
    fc.record({ path: fc.constant(path), op: fc.constant('exists'), value: fc.boolean() }),
    fc.record({
      path: fc.constant(path),
      op: fc.constantFrom('matches', 'regex'),
      value: fc.constantFrom('a', '[a-z]+', '^a', 'b$', '(?i)prod', '.'),
    }),
    fc.record({
      path: fc.constant(path),
      op: fc.constant('within'),
      value: fc.oneof(
        fc.constantFrom('/srv/data', '/srv/data/', '/', '.', 'a', './a', '/srv/e\u0301/..'),
        fc.constant(['/srv/data', 'a']),
      ),
    }),
    fc.record({
      path: fc.constant(path),
      op: fc.constant('host_in'),
      value: fc.oneof(
        fc.constantFrom(
          'example.com',
          '*.example.com',
          '127.0.0.1',
          'example.com:8080',
          'b\u00fccher.example',
          'example.com:443',
          '*.example.com:443',
          'EXAMPLE.com',
          '[::1]',
          '[::1]:8080',
          ['127.0.0.1', 'evil.org'],
        ),
      ),
    }),
    fc.record({
      path: fc.constant(path),
      op: fc.constantFrom('max_length', 'max_items'),
      value: fc.nat(2),
    }),
  ),
);

type Condition = object;
const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    test,
    fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
  ),
})).condition;

const conditions = fc.array(condition, { maxLength: 2 });
const window = fc.constantFrom('second', 'minute', '60s', '2s', '1m', 'hour');
const limit = fc.record(
  {
    window,
    max: fc.oneof({ weight: 9, arbitrary: fc.nat(3) }, fc.constantFrom(2 ** 55, 2 ** 1023)),
    counter: fc.constantFrom('c', 'd', '/tools/send/limits/0'),
    scope: fc.constantFrom('grant', 'session', 'server'),
    sum: path,
  },
  { requiredKeys: ['window', 'max'] },
);

const trait = fc.constantFrom(...traits.map(({ id }) => id));

const rule = fc.record(
  {
    action: fc.constantFrom('allow', 'deny', 'approve'),
    require: conditions,
    deny_if: fc.array(fc.record({ conditions }), { maxLength: 2 }),
    approve_if: fc.array(fc.record({ conditions }), { maxLength: 2 }),
    limits: fc.array(limit, { maxLength: 2 }),
    rate_limit: fc.record({ max: fc.nat(3), window: fc.constantFrom(1, 60) }),
    marks: fc.array(trait, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
// Rules that do little are drawn more often: where everything denies, nothing else is tested.
const someRule = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: rule },
);

const flow = fc.record(
  {
    after: fc.record({ traits: fc.array(trait, { minLength: 1, maxLength: 2 }) }),
    within: window,
    then: fc.record({ traits: fc.array(trait, { minLength: 1, maxLength: 2 }) }),
    scope: fc.constantFrom('grant', 'session'),
    action: fc.constantFrom('deny', 'approve'),
  },
  { requiredKeys: ['after', 'within', 'then', 'action'] },
);

/** A valid policy out of few words. */
export const arbitraryPolicy = fc.record(
  {
    version: fc.constant('1'),
    default: fc.constantFrom('deny', 'allow'),
    hide: fc.array(toolKey, { maxLength: 1 }),
    all_tools: someRule,
    tools: fc.dictionary(toolKey, someRule, { maxKeys: 4 }),
    classes: fc.dictionary(fc.constantFrom(...classKeys), someRule, { maxKeys: 3 }),
    flows: fc.array(flow, { maxLength: 2 }),
  },
  { requiredKeys: ['version', 'default'] },
) as unknown as fc.Arbitrary<Policy>;

const definition = { name: 'get_a', inputSchema: { type: 'object' } };
const classification = fc.record(
  {
    category: fc.constantFrom(...categories.map(({ id }) => id)),
    traits: fc.uniqueArray(trait, { maxLength: 3 }),
    toolDigest: fc.constantFrom(toolDigest(definition), toolDigest({ ...definition, name: 'x' })),
  },
  { requiredKeys: ['category', 'traits'] },
);

/** A call whose words the policies know. */
export const arbitraryCall = fc.record(
  {
    server: fc.constantFrom('s', 't'),
    tool,
    arguments: fc.dictionary(name, value, { maxKeys: 4 }),
    grant: fc.constantFrom('g', 'h'),
    session: fc.constantFrom('1', '2'),
    classification,
    definition: fc.constant(definition),
    isApproved: fc.boolean(),
    at: fc.constantFrom(0, 0, 1, 500, 1000, 1999, 2000, 59_999, 60_000, 61_000),
  },
  { requiredKeys: ['server', 'tool', 'at'] },
);
