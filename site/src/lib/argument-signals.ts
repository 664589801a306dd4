import { isJsonObject, type JsonObject, own, type Parameter } from '@toolwarden/catalogue';
import { nameWords } from './names.ts';

/** What an argument lets a caller do that a reader should notice before allowing the tool. */
export type ArgumentSignal = {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly holds: (words: ReadonlySet<string>, schema: JsonObject) => boolean;
};

const anyOf =
  (...names: string[]) =>
  (words: ReadonlySet<string>) =>
    names.some((name) => words.has(name));
const typeIs = (schema: JsonObject, type: string) => {
  const stated = own(schema, 'type');
  return stated === type || (Array.isArray(stated) && stated.includes(type));
};
const isText = (schema: JsonObject) =>
  (typeIs(schema, 'string') || own(schema, 'type') === undefined) &&
  own(schema, 'enum') === undefined &&
  own(schema, 'const') === undefined;

/** The most telling first. The words are those of the argument's own name; nothing is guessed from prose. */
export const argumentSignals: readonly ArgumentSignal[] = [
  {
    id: 'command',
    title: 'Command or code',
    meaning: 'Text that may be run as a program.',
    holds: (words, schema) =>
      isText(schema) &&
      anyOf(
        'command',
        'cmd',
        'shell',
        'script',
        'code',
        'eval',
        'javascript',
        'expression',
      )(words) &&
      !anyOf('country', 'currency', 'zip', 'postal', 'error', 'status', 'language', 'promo')(words),
  },
  {
    id: 'query',
    title: 'Free-form query',
    meaning: 'A statement or search text in the caller’s own words.',
    holds: (words, schema) =>
      isText(schema) && anyOf('query', 'sql', 'statement', 'jql', 'cql', 'graphql', 'soql')(words),
  },
  {
    id: 'url',
    title: 'Address',
    meaning: 'An address that the caller names: data can be sent there or fetched from there.',
    holds: (words, schema) =>
      isText(schema) &&
      (anyOf('url', 'uri', 'href', 'endpoint', 'webhook', 'host', 'hostname', 'domain')(words) ||
        ['uri', 'url', 'uri-reference', 'hostname'].includes(String(own(schema, 'format')))),
  },
  {
    id: 'path',
    title: 'File path',
    meaning: 'A place in a file system that the caller names.',
    holds: (words, schema) =>
      isText(schema) &&
      anyOf('path', 'filepath', 'filename', 'file', 'directory', 'dir', 'folder', 'cwd')(words) &&
      !anyOf('id', 'url', 'type', 'format')(words),
  },
  {
    id: 'recipient',
    title: 'Recipient',
    meaning: 'A person or channel that something is sent to.',
    holds: (words, schema) =>
      anyOf('email', 'emails', 'recipient', 'recipients', 'phone', 'cc', 'bcc', 'channel')(words) ||
      (words.has('to') && words.size === 1) ||
      own(schema, 'format') === 'email',
  },
  {
    id: 'amount',
    title: 'Amount',
    meaning: 'A sum of money or a quantity that is charged.',
    holds: (words, schema) =>
      !typeIs(schema, 'boolean') && anyOf('amount', 'price', 'cost', 'budget', 'total')(words),
  },
  {
    id: 'secret',
    title: 'Secret',
    meaning: 'A credential passes through the call.',
    holds: (words, schema) =>
      isText(schema) &&
      (anyOf('password', 'secret', 'passphrase', 'credential', 'credentials')(words) ||
        (words.has('key') && anyOf('api', 'private', 'access')(words)) ||
        (words.has('token') && !anyOf('page', 'next', 'cursor', 'continuation', 'sync')(words))),
  },
  {
    id: 'switch',
    title: 'Dangerous switch',
    meaning: 'A flag that makes the act wider or final.',
    holds: (words, schema) =>
      typeIs(schema, 'boolean') &&
      anyOf(
        'force',
        'overwrite',
        'recursive',
        'cascade',
        'purge',
        'permanent',
        'hard',
        'truncate',
      )(words),
  },
  {
    id: 'many',
    title: 'Unbounded list',
    meaning: 'A list without a greatest length: one call can name any number of targets.',
    holds: (_, schema) => typeIs(schema, 'array') && typeof own(schema, 'maxItems') !== 'number',
  },
  {
    id: 'open-object',
    title: 'Any fields',
    meaning: 'An object whose fields the schema does not name.',
    holds: (_, schema) => {
      const fields = own(schema, 'properties');
      const named = isJsonObject(fields) && Object.keys(fields).length > 0;
      return typeIs(schema, 'object') && !named;
    },
  },
];

/** The signals of one argument. */
export function signalsOf({ name, schema }: Pick<Parameter, 'name' | 'schema'>): ArgumentSignal[] {
  const words = new Set(nameWords(name));
  return argumentSignals.filter(({ holds }) => holds(words, schema));
}
