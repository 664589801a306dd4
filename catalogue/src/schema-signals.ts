import * as z from 'zod';
import { isJsonObject, type JsonObject, type JsonValue, own } from './json.ts';
import { nameWords } from './name-words.ts';
import { parametersOf, type Tool } from './tool.ts';

/** An argument of a tool, at the top or one level inside an object or a list of objects. */
type Argument = { name: string; words: ReadonlySet<string>; schema: JsonObject };

/** What signals look at. */
type View = {
  /** Words of the tool's name. */
  words: ReadonlySet<string>;
  /** Name words and the beginning of the description, lower case. */
  text: string;
  arguments: readonly Argument[];
};

type Signal = {
  readonly id: string;
  readonly title: string;
  /** Completes "it …" and "this server can also …". */
  readonly does: string;
  readonly can: string;
  /** The argument or word that shows it; `undefined` where nothing does. */
  readonly find: (view: View) => string | undefined;
};
const list = <const Id extends string>(signals: readonly (Signal & { readonly id: Id })[]) =>
  signals;

const set = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const hasAny = (words: ReadonlySet<string>, wanted: ReadonlySet<string>) =>
  !words.isDisjointFrom(wanted);
const argument = (view: View, fits: (argument: Argument) => boolean) =>
  view.arguments.find(fits)?.name;
const named = (wanted: ReadonlySet<string>) => (view: View) =>
  argument(view, (each) => isText(each.schema) && hasAny(each.words, wanted));
const says = (pattern: RegExp) => (view: View) => pattern.exec(view.text)?.[0];

const URL_WORDS = set('url urls uri uris href webhook callback endpoint');
const PATH_WORDS = set('path paths file filename filepath dir directory folder cwd');
const COMMAND_WORDS = set('command commands cmd shell script code program expression bash');
const QUERY_WORDS = set('sql statement cypher aql cql promql kql graphql soql');
const RECIPIENT_WORDS = set(
  'to cc bcc recipient recipients attendees invitees channel phone email',
);
const MESSAGE_WORDS = set('body message text content html caption tweet comment');
const AMOUNT_WORDS = set('amount price value total budget quantity credits');
const OPTION_WORDS = set(
  'args arguments flags options ref branch revision commit tag remote extra',
);
const PACKAGE_WORDS = set('package packages dependency dependencies module modules plugin plugins');
const STORING = set(
  'create add store save remember write update upsert insert ingest index append set put upload',
);

/** What a tool's own schema and words say beyond its traits; sorted by id. Precise rather than complete. */
export const schemaSignals = list([
  {
    id: 'changes-code',
    title: 'Changes code',
    does: 'changes code that others run',
    can: 'change code that others run',
    find: (view) =>
      /\b(repositor(y|ies)|pull requests?|merge requests?|commits?|branch(es)?|source code|codebase)\b/.exec(
        view.text,
      )?.[0],
  },
  {
    id: 'keeps-memory',
    title: 'Keeps memory',
    does: 'keeps what later sessions read back as memory',
    can: 'keep what later sessions read back as memory',
    find: (view) =>
      hasAny(view.words, STORING)
        ? /\b(memory|memories|knowledge (graph|base)|embeddings?|vector (store|database|index)|observations|remember)\b/.exec(
            view.text,
          )?.[0]
        : undefined,
  },
  {
    id: 'moves-crypto',
    title: 'Moves crypto assets',
    does: 'moves assets on a blockchain',
    can: 'move assets on a blockchain',
    find: says(
      /\b(blockchain|wallet|on-?chain|cross-?chain|erc-?20|solana|ethereum|bitcoin|usdc|token swap|bridge tokens?)\b/,
    ),
  },
  {
    id: 'publishes',
    title: 'Publishes',
    does: 'publishes where outsiders read it',
    can: 'publish where outsiders read it',
    find: says(
      /\b(publish(es)?|tweets?|social (media|network)|blog posts?|public posts?|posts? (to|on) (x|twitter|linkedin|facebook|instagram|reddit|mastodon|bluesky|tiktok))\b/,
    ),
  },
  {
    id: 'queries-database',
    title: 'Queries a database',
    does: 'runs statements against a database',
    can: 'run statements against a database',
    find: says(
      /\b(sql|database|postgres(ql)?|mysql|sqlite|mongodb|bigquery|snowflake|clickhouse|redshift)\b/,
    ),
  },
  {
    id: 'returns-media',
    title: 'Returns media',
    does: 'returns images or sound',
    can: 'return images or sound',
    find: says(/\b(screenshots?|images?|photos?|pictures?|audio|videos?|recordings?)\b/),
  },
  {
    id: 'takes-amount',
    title: 'Amount argument',
    does: 'takes an amount',
    can: 'take an amount',
    find: (view) =>
      argument(view, (each) => !isFlag(each.schema) && hasAny(each.words, AMOUNT_WORDS)),
  },
  {
    id: 'takes-anything',
    title: 'Open argument',
    does: 'accepts an argument without a shape',
    can: 'accept an argument without a shape',
    find: (view) => argument(view, (each) => isOpen(each.schema)),
  },
  {
    id: 'takes-command',
    title: 'Command argument',
    does: 'takes a command or a program',
    can: 'take a command or a program',
    find: named(COMMAND_WORDS),
  },
  {
    id: 'takes-context',
    title: 'Context argument',
    does: 'asks for what else is in the model’s context',
    can: 'ask for what else is in the model’s context',
    find: (view) =>
      argument(view, (each) =>
        /^(system_?prompt|conversation(_?history)?|chat_?history|message_?history|chain_?of_?thought|reasoning_?trace|tool_?list|available_?tools|full_?context|model_?name)$/i.test(
          each.name,
        ),
      ),
  },
  {
    id: 'takes-message',
    title: 'Message argument',
    does: 'takes the text that is sent',
    can: 'take the text that is sent',
    find: named(MESSAGE_WORDS),
  },
  {
    id: 'takes-option',
    title: 'Option argument',
    does: 'takes a value that a wrapped program may read as an option',
    can: 'take a value that a wrapped program may read as an option',
    find: named(OPTION_WORDS),
  },
  {
    id: 'takes-package',
    title: 'Package argument',
    does: 'installs what a name in its arguments says',
    can: 'install what a name in its arguments says',
    find: (view) =>
      hasAny(view.words, set('install add require')) ? named(PACKAGE_WORDS)(view) : undefined,
  },
  {
    id: 'takes-path',
    title: 'Path argument',
    does: 'takes a file path',
    can: 'take a file path',
    find: named(PATH_WORDS),
  },
  {
    id: 'takes-query',
    title: 'Query argument',
    does: 'takes a statement in a query language',
    can: 'take a statement in a query language',
    find: named(QUERY_WORDS),
  },
  {
    id: 'takes-recipient',
    title: 'Recipient argument',
    does: 'takes the recipient',
    can: 'take the recipient',
    find: named(RECIPIENT_WORDS),
  },
  {
    id: 'takes-secret',
    title: 'Secret argument',
    does: 'wants a secret as an argument',
    can: 'want a secret as an argument',
    find: (view) =>
      argument(
        view,
        (each) =>
          isText(each.schema) &&
          /^(\w*_)?(password|passphrase|private_?key|secret_?key|api_?key|access_?token|auth_?token|bearer_?token|mnemonic|seed_?phrase|client_?secret|secret)$/i.test(
            snake(each.name),
          ),
      ),
  },
  {
    id: 'takes-tool-name',
    title: 'Tool-name argument',
    does: 'calls another tool that an argument names',
    can: 'call another tool that an argument names',
    find: (view) =>
      argument(view, (each) => /^(tool|tool_?name|tool_?slug|tool_?id)$/i.test(each.name)),
  },
  {
    id: 'takes-url',
    title: 'URL argument',
    does: 'takes a URL',
    can: 'take a URL',
    find: (view) =>
      argument(
        view,
        (each) =>
          isText(each.schema) &&
          (own(each.schema, 'format') === 'uri' || hasAny(each.words, URL_WORDS)),
      ),
  },
]);
export type SignalId = (typeof schemaSignals)[number]['id'];
export const signalIdSchema = z.enum(
  schemaSignals.map(({ id }) => id) as [SignalId, ...SignalId[]],
);

/** A signal that was found, and the argument or word that shows it. */
export type FoundSignal = { id: SignalId; shownBy: string };

/** The signals of one tool, in the table's order. */
export function signalsOf(tool: Tool): FoundSignal[] {
  const view = viewOf(tool);
  return schemaSignals.flatMap(({ id, find }) => {
    const shownBy = find(view);
    return shownBy === undefined ? [] : [{ id, shownBy }];
  });
}

// A definition can be as long as its author likes; what a tool is for stands at its beginning.
const TEXT_LIMIT = 600;
const MAX_ARGUMENTS = 200;

function viewOf(tool: Tool): View {
  const words = nameWords(tool.name);
  const top = parametersOf(tool)
    .slice(0, MAX_ARGUMENTS)
    .map(({ name, schema }) => toArgument(name, schema));
  const inner = top.flatMap(({ schema }) => innerProperties(schema)).slice(0, MAX_ARGUMENTS);
  return {
    words: new Set(words),
    text: `${words.join(' ')} ${(tool.description ?? '').slice(0, TEXT_LIMIT).toLowerCase()}`,
    arguments: [...top, ...inner],
  };
}

function toArgument(name: string, schema: JsonValue): Argument {
  return { name, words: new Set(nameWords(name)), schema: isJsonObject(schema) ? schema : {} };
}

function innerProperties(schema: JsonObject): Argument[] {
  const properties = own(schema, 'properties') ?? own(own(schema, 'items'), 'properties');
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).map(([name, inner]) => toArgument(name, inner));
}

function typesOf(schema: JsonObject): string[] {
  const stated = own(schema, 'type');
  const union = [own(schema, 'anyOf'), own(schema, 'oneOf')].find(Array.isArray) ?? [];
  return [stated, ...union.map((each) => own(each, 'type'))]
    .flat()
    .filter((each) => typeof each === 'string');
}

// A closed choice carries nothing but its values.
function isText(schema: JsonObject): boolean {
  const values = own(schema, 'enum') ?? own(schema, 'const');
  const items = own(schema, 'items');
  if (values !== undefined) return false;
  const types = typesOf(schema);
  return (
    types.length === 0 ||
    types.includes('string') ||
    (isJsonObject(items) && isText({ ...items, items: null }))
  );
}

function isFlag(schema: JsonObject): boolean {
  return typesOf(schema).includes('boolean');
}

function isOpen(schema: JsonObject): boolean {
  const properties = own(schema, 'properties');
  return (
    typesOf(schema).includes('object') &&
    own(schema, 'additionalProperties') !== false &&
    (!isJsonObject(properties) || Object.keys(properties).length === 0)
  );
}

function snake(name: string): string {
  return nameWords(name).join('_');
}
