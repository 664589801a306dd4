import {
  type Category,
  isJsonObject,
  type JsonObject,
  own,
  type Parameter,
} from '@toolwarden/catalogue';
import type { HeldAs } from '@toolwarden/policy';
import { nameWords } from './names.ts';

/** What is known of the tool that an argument belongs to. */
export type ArgumentOwner = {
  name: string;
  category?: Category | undefined;
  isSending?: boolean;
  /** What the recommended rules take its arguments for: a reader is told of whatever a rule holds on to. */
  held?: ReadonlyMap<string, ReadonlySet<HeldAs>>;
};

/** What a signal looks at: the argument's name and type, its own description, and its tool. */
type ArgumentFacts = {
  words: ReadonlySet<string>;
  /** What the argument is: a `scriptName` is a name and no script. */
  last: string;
  schema: JsonObject;
  about: string;
  toolWords: ReadonlySet<string>;
  owner: ArgumentOwner;
};

/** What an argument lets a caller do that a reader should notice before allowing the tool. */
export type ArgumentSignal = {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  /** What a recommended rule would take such an argument for. */
  readonly heldAs?: HeldAs;
  /** Beyond what a rule holds on to; absent where that is all. */
  readonly holds?: (argument: ArgumentFacts) => boolean;
};

const wordSet = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const hasAny = (words: ReadonlySet<string>, wanted: ReadonlySet<string>) =>
  !words.isDisjointFrom(wanted);

function typesOf(schema: JsonObject): string[] {
  const union = [own(schema, 'anyOf'), own(schema, 'oneOf')].find(Array.isArray) ?? [];
  return [own(schema, 'type'), ...union.map((each) => own(each, 'type'))]
    .flat()
    .filter((each) => typeof each === 'string');
}
const typeIs = (schema: JsonObject, type: string) => typesOf(schema).includes(type);
// A closed choice carries nothing but its values.
const isText = (schema: JsonObject) =>
  (typesOf(schema).length === 0 || typeIs(schema, 'string')) &&
  own(schema, 'enum') === undefined &&
  own(schema, 'const') === undefined;
const isTexts = (schema: JsonObject) => {
  const items = own(schema, 'items');
  return isText(schema) || (typeIs(schema, 'array') && isJsonObject(items) && isText(items));
};
const isQuantity = (schema: JsonObject) =>
  isText(schema) || typeIs(schema, 'number') || typeIs(schema, 'integer');

const PROGRAM = wordSet('command cmd shell script javascript');
const PROGRAM_TEXT = wordSet('content source body text code');
// A `code` may be that of a discount, a country or an account; only its own words tell.
const ABOUT_PROGRAM =
  /\b(snippet|source|script|javascript|typescript|python|execut|evaluat|program)/;
const QUERY = wordSet('query sql statement jql cql graphql soql');
const ADDRESS = wordSet('url urls uri uris href endpoint webhook host hostname domain');
const ADDRESS_FORMATS = wordSet('uri url uri-reference hostname');
// "id or URL" and "issue URL" name things of the service's own, and no place to go to.
const OWN_THINGS = wordSet('id region workflow pipeline project issue repo repository job build');
const RECIPIENT = wordSet('to email emails recipient recipients phone cc bcc channel attendees');
const NO_RECIPIENT = wordSet('from sender current fee');
const NO_PERSON = /\b(dates?|time|timestamps?|coordinates?|iso 8601|branch|commit|filter(s|ed)?)\b/;
const SENDING = wordSet('send forward reply invite notify message email sms dm share');
const AMOUNT = wordSet('amount price cost budget total');
const SECRET = wordSet('password passwd secret passphrase credential credentials');
const KEY_OF = wordSet('api private access secret');
const NO_SECRET = wordSet('page next cursor continuation sync');
// A token of a blockchain is an asset with an address.
const ASSET = /\b(address|contract|erc-?20|0x)/;
const SWITCH = wordSet('force overwrite recursive cascade purge permanent hard truncate');

/** The most telling first. The words are those of the argument's own name, and its own description can rule it out. */
export const argumentSignals: readonly ArgumentSignal[] = [
  {
    id: 'command',
    title: 'Command or code',
    meaning: 'Text that may be run as a program.',
    heldAs: 'program',
    holds: ({ words, last, schema, about }) =>
      isText(schema) &&
      // A router of tools calls the name of one a command.
      !/\b(specified|chosen|named) tool\b/.test(about) &&
      (PROGRAM.has(last) ||
        (words.has('script') && PROGRAM_TEXT.has(last)) ||
        (last === 'code' && ABOUT_PROGRAM.test(about))),
  },
  {
    id: 'query',
    title: 'Free-form query',
    meaning: 'A statement or search text in the caller’s own words.',
    holds: ({ last, schema }) => isText(schema) && QUERY.has(last),
  },
  {
    id: 'url',
    title: 'Address',
    meaning: 'An address that the caller names: data can be sent there or fetched from there.',
    heldAs: 'url',
    holds: ({ words, last, schema, about }) =>
      isText(schema) &&
      !hasAny(words, OWN_THINGS) &&
      ((ADDRESS.has(last) && !/\b(cookie|filter by)\b/.test(about)) ||
        ADDRESS_FORMATS.has(String(own(schema, 'format')))),
  },
  {
    id: 'path',
    title: 'File path',
    meaning: 'A place in a file system that the caller names.',
    heldAs: 'path',
  },
  {
    id: 'recipient',
    title: 'Recipient',
    meaning: 'A person or channel that something is sent to.',
    heldAs: 'recipient',
    holds: ({ words, last, schema, about, toolWords, owner }) =>
      isTexts(schema) &&
      owner.category !== 'Read' &&
      (owner.isSending === true || hasAny(toolWords, SENDING)) &&
      (last === 'to'
        ? words.size === 1
        : RECIPIENT.has(last) ||
          (last === 'address' && words.has('email')) ||
          (last === 'number' && words.has('phone'))) &&
      !hasAny(words, NO_RECIPIENT) &&
      !NO_PERSON.test(about),
  },
  {
    id: 'amount',
    title: 'Amount',
    meaning: 'A sum of money or a quantity that is charged.',
    heldAs: 'amount',
    // What only reads takes a price as a bound of its search.
    holds: ({ last, schema, owner }) =>
      isQuantity(schema) && owner.category !== 'Read' && AMOUNT.has(last),
  },
  {
    id: 'secret',
    title: 'Secret',
    meaning: 'A credential passes through the call.',
    holds: ({ words, last, schema, about }) =>
      isText(schema) &&
      (SECRET.has(last) ||
        (last === 'value' && words.has('secret')) ||
        (last === 'key' && hasAny(words, KEY_OF)) ||
        (last === 'token' && !hasAny(words, NO_SECRET) && !ASSET.test(about))),
  },
  {
    id: 'switch',
    title: 'Dangerous switch',
    meaning: 'A flag that makes the act wider or final.',
    heldAs: 'switch',
    holds: ({ words, schema }) => typeIs(schema, 'boolean') && hasAny(words, SWITCH),
  },
  {
    id: 'many',
    title: 'Unbounded list',
    meaning: 'A list without a greatest length: one call can name any number of targets.',
    holds: ({ schema }) => typeIs(schema, 'array') && typeof own(schema, 'maxItems') !== 'number',
  },
  {
    id: 'open-object',
    title: 'Any fields',
    meaning: 'An object whose fields the schema does not name.',
    holds: ({ schema }) => {
      const fields = own(schema, 'properties');
      const named = isJsonObject(fields) && Object.keys(fields).length > 0;
      return typeIs(schema, 'object') && !named;
    },
  },
];

/** The signals of one argument of a tool. */
export function signalsOf(
  { name, schema }: Pick<Parameter, 'name' | 'schema'>,
  owner: ArgumentOwner,
): ArgumentSignal[] {
  const words = nameWords(name);
  const description = own(schema, 'description');
  const facts: ArgumentFacts = {
    words: new Set(words),
    last: words.at(-1) ?? '',
    schema,
    about: typeof description === 'string' ? description.slice(0, 600).toLowerCase() : '',
    toolWords: new Set(nameWords(owner.name)),
    owner,
  };
  const held = owner.held?.get(name);
  return argumentSignals.filter(
    ({ heldAs, holds }) => (heldAs !== undefined && held?.has(heldAs)) || holds?.(facts) === true,
  );
}
