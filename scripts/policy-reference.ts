import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import { policyJsonSchema } from '@toolwarden/policy';

type Row = { field: string; type: string; meaning: string; example: string };

const HEAD = `# Every field of a policy

Written by \`npm run fix:policy-reference\` from the schema that the gateway, the checker and the site's builder use; do not edit
it by hand. What the fields do together is in [policy.md](policy.md).
`;

// Examples are data of this page only; a test checks that a document made of each one is valid.
export const examples: Record<string, JsonValue> = {
  $schema: './policy.schema.json',
  name: 'marketing',
  description: 'What the newsletter agent may do.',
  version: '1',
  default: 'deny',
  hide: ['delete_*'],
  all_tools: { limits: [{ window: 'minute', max: 60 }] },
  tools: { get_list: {}, 'search_*': {} },
  classes: { 'category:Read': { action: 'allow' } },
  flows: [
    {
      after: { traits: ['private_data'] },
      within: '15m',
      then: { traits: ['communicates_externally'] },
      action: 'approve',
    },
  ],
  resources: { 'file:///srv/*': {} },
  prompts: { 'summarise_*': {} },
  sampling: { action: 'deny' },
  elicitation: { action: 'approve' },
  pinning: 'enforce',
  'rule.action': 'approve',
  'rule.reason': 'Money leaves the company.',
  'rule.require': [{ path: 'args.amount', op: 'lte', value: 500 }],
  'rule.deny_if': [
    { conditions: [{ path: 'args.env', op: 'eq', value: 'prod' }], on_deny: 'Not in production.' },
  ],
  'rule.approve_if': [
    { conditions: [{ path: 'args.force', op: 'eq', value: true }], reason: 'It overwrites.' },
  ],
  'rule.limits': [{ counter: 'mails', window: 'day', max: 100, scope: 'grant' }],
  'rule.rate_limit': { max: 10, window: 60 },
  'rule.approval': { timeout: '1h', hold: '30s' },
  'rule.response': {
    max_bytes: 65536,
    redact: [{ preset: 'secrets' }, '[0-9]{16}'],
    strip_control: true,
  },
  'rule.marks': ['untrusted_content'],
  'limit.counter': 'mails',
  'limit.window': '15m',
  'limit.max': 10,
  'limit.scope': 'session',
  'limit.sum': 'args.amount',
  'limit.on_deny': 'Ten mails an hour are enough.',
  'flow.after': { traits: ['untrusted_content', 'private_data'] },
  'flow.within': '1h',
  'flow.then': { traits: ['communicates_externally'] },
  'flow.scope': 'session',
  'flow.action': 'deny',
  'flow.reason': 'Private data may not leave.',
  'condition.any': [
    { path: 'args.cc', op: 'exists', value: false },
    { path: 'args.cc', op: 'max_items', value: 3 },
  ],
  'condition.not': { path: 'args.to', op: 'in', value: ['all', 'everyone'] },
  'condition.eq': { path: 'args.env', op: 'eq', value: 'staging' },
  'condition.neq': { path: 'args.env', op: 'neq', value: 'prod' },
  'condition.lt': { path: 'args.amount', op: 'lt', value: 100 },
  'condition.lte': { path: 'args.amount', op: 'lte', value: 100 },
  'condition.gt': { path: 'args.amount', op: 'gt', value: 0 },
  'condition.gte': { path: 'args.amount', op: 'gte', value: 1 },
  'condition.in': { path: 'args.env', op: 'in', value: ['dev', 'staging'] },
  'condition.not_in': { path: 'args.env', op: 'not_in', value: ['prod'] },
  'condition.exists': { path: 'args.force', op: 'exists', value: false },
  'condition.contains': { path: 'args.labels', op: 'contains', value: 'urgent' },
  'condition.matches': { path: 'args.id', op: 'matches', value: '[A-Z]{2}-[0-9]+' },
  'condition.regex': { path: 'args.sql', op: 'regex', value: '(?i)drop' },
  'condition.within': { path: 'args.path', op: 'within', value: ['/workspace'] },
  'condition.host_in': { path: 'args.url', op: 'host_in', value: ['example.com', '*.example.com'] },
  'condition.max_length': { path: 'args.subject', op: 'max_length', value: 200 },
  'condition.max_items': { path: 'args.to', op: 'max_items', value: 10 },
};

/** The reference page, from the JSON Schema of policies. */
export function policyReference(): string {
  const root = policyJsonSchema();
  const definition = (name: string) => own(own(root, '$defs'), name) as JsonObject;
  const sections = [
    ['The document', '', root],
    ['A rule object', 'rule.', definition('rule')],
    ['A limit', 'limit.', definition('limit')],
    ['A flow', 'flow.', definition('flow')],
  ] as const;
  const tables = sections.map(([title, prefix, schema]) => {
    return `## ${title}\n\n${table(fieldRows(schema, prefix))}`;
  });
  const conditions = conditionRows(definition('condition'), root);
  const intro =
    'A condition is a test, `{path, op, value}`, or a group. `path` says which argument is judged: `args.amount`, `args.list[*].x`, `args["a.b"]`.';
  return `${[HEAD, ...tables, `## A condition\n\n${intro}\n\n${table(conditions)}`].join('\n')}`;
}

function fieldRows(schema: JsonObject, prefix: string): Row[] {
  const required = own(schema, 'required');
  return Object.entries(own(schema, 'properties') as JsonObject).flatMap(([name, field]) => {
    const isRequired = Array.isArray(required) && required.includes(name);
    const example = examples[`${prefix}${name}`];
    const part = Array.isArray(example) ? example[0] : example;
    return [
      row(name, field, isRequired, example),
      ...nested(field).map(({ path, key, schema: each, isRequired: isNeeded }) =>
        row(`${name}${path}`, each, isNeeded, own(part, key)),
      ),
    ];
  });
}

type Nested = { path: string; key: string; schema: JsonValue; isRequired: boolean };

/** Fields of objects that stand inside a field, and are not defined elsewhere. */
function nested(field: JsonValue): Nested[] {
  const items = own(field, 'items');
  const holder = isJsonObject(items) ? items : field;
  const mark = isJsonObject(items) ? '[].' : '.';
  const required = own(holder, 'required');
  return Object.entries(own(holder, 'properties') ?? {}).map(([key, schema]) => ({
    path: `${mark}${key}`,
    key,
    schema: schema as JsonValue,
    isRequired: Array.isArray(required) && required.includes(key),
  }));
}

function row(field: string, schema: JsonValue, isRequired: boolean, example?: JsonValue): Row {
  return {
    field: `\`${field}\``,
    type: `${typeWords(schema)}${isRequired ? ', required' : ''}`,
    meaning: String(own(schema, 'description') ?? ''),
    example: example === undefined ? '' : `\`${JSON.stringify(example)}\``,
  };
}

function typeWords(schema: JsonValue): string {
  const reference = own(schema, '$ref');
  if (typeof reference === 'string') return reference.slice('#/$defs/'.length);
  if (own(schema, 'const') !== undefined) return JSON.stringify(own(schema, 'const'));
  const values = own(schema, 'enum');
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(', ');
  const type = own(schema, 'type');
  const options = own(schema, 'anyOf');
  if (Array.isArray(options)) return options.map(typeWords).join(' or ');
  if (Array.isArray(type)) return type.join(', ');
  if (type === 'array') return `list of ${typeWords(own(schema, 'items') ?? {})}`;
  const named = own(schema, 'additionalProperties');
  if (type === 'object' && isJsonObject(named)) return `object of ${typeWords(named)} by name`;
  return `${String(type)}${boundWords(schema)}`;
}

function boundWords(schema: JsonValue): string {
  const [least, above, longest] = ['minimum', 'exclusiveMinimum', 'maxLength'].map((key) =>
    own(schema, key),
  );
  if (typeof least === 'number') return ` (from ${least})`;
  if (typeof above === 'number') return ` (above ${above})`;
  return typeof longest === 'number' ? ` (at most ${longest} characters)` : '';
}

function conditionRows(condition: JsonObject, root: JsonObject): Row[] {
  const branches = (schema: JsonValue): JsonValue[] => {
    const reference = own(schema, '$ref');
    if (typeof reference === 'string') {
      return [own(own(root, '$defs'), reference.slice('#/$defs/'.length)) ?? {}];
    }
    const options = own(schema, 'anyOf') ?? own(schema, 'oneOf');
    return Array.isArray(options) && own(schema, 'properties') === undefined
      ? options.flatMap(branches)
      : [schema];
  };
  return branches(condition).map((branch) => {
    const properties = own(branch, 'properties');
    const operator = own(own(properties, 'op'), 'const');
    const name = String(operator ?? Object.keys(properties ?? {})[0]);
    const value = own(properties, operator === undefined ? name : 'value') ?? {};
    const example = examples[`condition.${name}`];
    return {
      ...row(name, value, false, operator === undefined && example ? { [name]: example } : example),
      meaning: String(own(branch, 'description') ?? ''),
    };
  });
}

function table(rows: readonly Row[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = rows.map(
    ({ field, type, meaning, example }) =>
      `| ${[field, type, meaning, example].map(cell).join(' | ')} |`,
  );
  return ['| field | type | meaning | example |', '| --- | --- | --- | --- |', ...lines, ''].join(
    '\n',
  );
}
