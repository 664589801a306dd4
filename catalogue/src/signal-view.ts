import { firstHiddenCharacter } from './hidden-characters.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from './json.ts';
import { nameWords } from './name-words.ts';
import { parametersOf, readTool, type ToolDefinition } from './tool.ts';

/** An argument of a tool, at the top or one level inside an object or a list of objects. */
export type ArgumentView = {
  name: string;
  /** The name's words, as a set and joined by `_`. */
  words: ReadonlySet<string>;
  snake: string;
  /** What the argument is: `messageBody` is a body, `textToFind` is nothing to send. */
  lastWord: string;
  /** True for a property of an object argument: part of the data rather than a switch. */
  isInner: boolean;
  schema: JsonObject;
  format: JsonValue | undefined;
  /** Name and description, lower case. */
  text: string;
};

/** What schema signals look at: names, the beginning of texts, and shapes. */
export type SignalView = {
  /** Words of the tool's name, as a set and joined by `_`. */
  words: ReadonlySet<string>;
  snake: string;
  /** Name words and the beginning of the description, lower case. */
  text: string;
  arguments: readonly ArgumentView[];
  metaKeys: readonly string[];
  /** The first character without a visible form in any text or key of the definition, as `U+200B`. */
  hiddenCharacter: string | undefined;
};

// A definition can be as long as its author likes; what a tool is for stands at its beginning.
const TEXT_LIMIT = 600;
const MAX_ARGUMENTS = 200;
const MAX_SHAPES = 20;

/** The view of one definition. */
export function signalView(definition: ToolDefinition): SignalView {
  const tool = readTool(definition);
  const words = nameWords(tool.name);
  const top = parametersOf(tool)
    .slice(0, MAX_ARGUMENTS)
    .map(({ name, schema }) => argumentView(name, schema));
  const inner = top.flatMap(({ schema }) => innerProperties(schema)).slice(0, MAX_ARGUMENTS);
  const meta = own(definition, '_meta');
  return {
    words: new Set(words),
    snake: words.join('_'),
    text: `${words.join(' ')} ${(tool.description ?? '').slice(0, TEXT_LIMIT).toLowerCase()}`,
    arguments: [...top, ...inner],
    metaKeys: isJsonObject(meta) ? Object.keys(meta) : [],
    // Something hides best far from the beginning, so this looks at all of it.
    hiddenCharacter: firstHiddenCharacter(JSON.stringify(definition)),
  };
}

function argumentView(name: string, value: JsonValue, isInner = false): ArgumentView {
  const schema = isJsonObject(value) ? value : {};
  const words = nameWords(name);
  const description = own(schema, 'description');
  const about = typeof description === 'string' ? description.slice(0, TEXT_LIMIT) : '';
  return {
    name,
    words: new Set(words),
    snake: words.join('_'),
    lastWord: words.at(-1) ?? '',
    isInner,
    schema,
    format: own(schema, 'format'),
    text: `${words.join(' ')} ${about.toLowerCase()}`,
  };
}

function innerProperties(schema: JsonObject): ArgumentView[] {
  const items = own(schema, 'items');
  // One item may have several shapes; an argument of any of them can be used.
  const shapes = [own(items, 'anyOf'), own(items, 'oneOf')].flatMap((each) =>
    Array.isArray(each) ? each.slice(0, MAX_SHAPES) : [],
  );
  return [schema, items, ...shapes]
    .map((each) => own(each, 'properties'))
    .filter(isJsonObject)
    .flatMap((properties) => Object.entries(properties))
    .slice(0, MAX_ARGUMENTS)
    .map(([name, inner]) => argumentView(name, inner, true));
}

function typesOf(schema: JsonObject): string[] {
  const union = [own(schema, 'anyOf'), own(schema, 'oneOf')].find(Array.isArray) ?? [];
  return [own(schema, 'type'), ...union.map((each) => own(each, 'type'))]
    .flat()
    .filter((each) => typeof each === 'string');
}

/** True for an argument of free text, or a list of such. A closed choice carries nothing but its values. */
export function isText(schema: JsonObject): boolean {
  return isFreeText(schema) || isFreeText(own(schema, 'items'));
}

function isFreeText(schema: JsonValue | undefined): boolean {
  if (!isJsonObject(schema)) return false;
  if (own(schema, 'enum') !== undefined || own(schema, 'const') !== undefined) return false;
  const types = typesOf(schema);
  return types.length === 0 || types.includes('string');
}

/** True for an object argument whose keys are not written down. */
export function isOpen(schema: JsonObject): boolean {
  const properties = own(schema, 'properties');
  return (
    typesOf(schema).includes('object') &&
    own(schema, 'additionalProperties') !== false &&
    (!isJsonObject(properties) || Object.keys(properties).length === 0)
  );
}

/** The words of a space-separated list. */
export function wordSet(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

/** True where the sets share a word. */
export function hasAny(words: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean {
  return !words.isDisjointFrom(wanted);
}
