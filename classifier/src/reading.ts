import {
  escapePointer,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  own,
  readTool,
  type ServerWords,
  type ToolDefinition,
} from '@toolwarden/catalogue';
import { type Sentence, sentencesOf } from './sentences.ts';
import { nameWords, type Word } from './words.ts';

/** One argument, or a field inside one. */
export type Field = {
  name: string;
  /** Words of its name. */
  words: string[];
  /** Pointer to its schema, relative to the tool. */
  pointer: string;
  depth: number;
  isRequired: boolean;
  /** `string`, `array` …; empty where the schema does not say. */
  type: string;
  description: string;
  /** Its allowed values, with the place of each. */
  values: { value: string; pointer: string }[];
  /** True for fields of the items of a list. */
  isInList: boolean;
};

/** A text of the definition, with its place. */
export type Text = { pointer: string; text: string };

/** A definition prepared for the rules: bounded, in words, with the place of everything. */
export type Reading = {
  tool: ToolDefinition;
  server: ServerWords | undefined;
  name: string;
  nameWords: Word[];
  title: Text | undefined;
  /** The description as judged: at most {@link MAX_TEXT} characters. */
  description: string;
  sentences: Sentence[];
  fields: Field[];
  hints: { readOnly?: boolean; destructive?: boolean; openWorld?: boolean };
  isTruncated: boolean;
  /** The server's words in lower case: what its names stand for. */
  serverText: string;
};

/** More of a description is not read; such a definition is sent to review. */
const MAX_TEXT = 40_000;
const MAX_FIELDS = 400;
const MAX_VALUES = 200;
const MAX_DEPTH = 6;

/** Prepares a definition. Hostile shapes read as absent; nothing is followed without a bound. */
export function readDefinition(tool: ToolDefinition, server?: ServerWords): Reading {
  const known = readTool(tool);
  const full = known.description ?? '';
  const fields: Field[] = [];
  const isCut = collectFields(known.inputSchema, fields);
  return {
    tool,
    server,
    name: known.name,
    nameWords: nameWords(known.name),
    title: titleOf(tool),
    description: full.slice(0, MAX_TEXT),
    sentences: sentencesOf(full.slice(0, MAX_TEXT)),
    fields,
    hints: hintsOf(known.annotations),
    isTruncated: isCut || full.length > MAX_TEXT,
    serverText: `${server?.name ?? ''} ${(server?.description ?? '').slice(0, 600)}`.toLowerCase(),
  };
}

function titleOf(tool: ToolDefinition): Text | undefined {
  const places: [string, JsonValue | undefined][] = [
    ['/title', own(tool, 'title')],
    ['/annotations/title', own(own(tool, 'annotations'), 'title')],
  ];
  for (const [pointer, value] of places) {
    if (typeof value === 'string' && value.trim() !== '')
      return { pointer, text: value.slice(0, 400) };
  }
  return undefined;
}

function hintsOf(annotations: JsonObject | undefined): Reading['hints'] {
  const hint = (key: string) => {
    const value = own(annotations, key);
    return typeof value === 'boolean' ? value : undefined;
  };
  const [readOnly, destructive, openWorld] = [
    hint('readOnlyHint'),
    hint('destructiveHint'),
    hint('openWorldHint'),
  ];
  return {
    ...(readOnly !== undefined && { readOnly }),
    ...(destructive !== undefined && { destructive }),
    ...(openWorld !== undefined && { openWorld }),
  };
}

type Frame = { schema: JsonObject; pointer: string; depth: number; isInList: boolean };

/** Breadth first, so that a cut loses the deepest fields; says whether one was made. */
function collectFields(root: JsonObject | undefined, fields: Field[]): boolean {
  const queue: Frame[] =
    root === undefined
      ? []
      : [{ schema: root, pointer: '/inputSchema', depth: 0, isInList: false }];
  for (let at = 0; at < queue.length; at++) {
    const frame = queue[at] as Frame;
    if (at > 2 * MAX_FIELDS) return true;
    const properties = own(frame.schema, 'properties');
    if (isJsonObject(properties)) {
      const required = own(frame.schema, 'required');
      for (const name of Object.keys(properties)) {
        if (fields.length >= MAX_FIELDS) return true;
        const value = own(properties, name);
        const schema = isJsonObject(value) ? value : {};
        const pointer = `${frame.pointer}/properties/${segment(name)}`;
        const isRequired = Array.isArray(required) && required.includes(name);
        fields.push(fieldOf(name, schema, pointer, frame, isRequired));
        if (frame.depth < MAX_DEPTH)
          queue.push({ schema, pointer, depth: frame.depth + 1, isInList: frame.isInList });
      }
    }
    pushParts(queue, frame);
  }
  return false;
}

// Most names need no escaping, and there are many names.
function segment(name: string): string {
  return name.includes('/') || name.includes('~') ? escapePointer(name) : name;
}

/** The schemas inside a schema that describe the same value or its items. */
function pushParts(queue: Frame[], { schema, pointer, depth, isInList }: Frame): void {
  if (depth >= MAX_DEPTH) return;
  const items = own(schema, 'items');
  if (isJsonObject(items))
    queue.push({ schema: items, pointer: `${pointer}/items`, depth: depth + 1, isInList: true });
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const list = own(schema, key);
    if (!Array.isArray(list)) continue;
    for (const [index, part] of list.slice(0, 20).entries()) {
      if (isJsonObject(part))
        queue.push({ schema: part, pointer: `${pointer}/${key}/${index}`, depth, isInList });
    }
  }
}

function fieldOf(
  name: string,
  schema: JsonObject,
  pointer: string,
  { depth, isInList }: Frame,
  isRequired: boolean,
): Field {
  const description = own(schema, 'description');
  return {
    name,
    words: nameWords(name).map(({ text }) => text),
    pointer,
    depth,
    isRequired,
    type: typeOf(schema),
    description: typeof description === 'string' ? description.slice(0, 2000) : '',
    values: valuesOf(schema, pointer),
    isInList,
  };
}

function typeOf(schema: JsonObject): string {
  const type = own(schema, 'type');
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return String(type.find((item) => item !== 'null') ?? '');
  for (const key of ['anyOf', 'oneOf']) {
    const list = own(schema, key);
    if (!Array.isArray(list)) continue;
    const types = list.slice(0, 20).map((part) => own(part, 'type'));
    // A value that may be a list of targets counts as one.
    if (types.includes('array')) return 'array';
    const first = types.find((item) => typeof item === 'string' && item !== 'null');
    if (typeof first === 'string') return first;
  }
  return isJsonObject(own(schema, 'properties')) ? 'object' : '';
}

function valuesOf(schema: JsonObject, pointer: string): Field['values'] {
  const values: Field['values'] = [];
  const add = (value: JsonValue | undefined, place: string) => {
    if (typeof value === 'string' && value !== '' && values.length < MAX_VALUES)
      values.push({ value: value.slice(0, 200), pointer: place });
  };
  const listed = own(schema, 'enum');
  if (Array.isArray(listed))
    for (const [index, value] of listed.slice(0, MAX_VALUES).entries())
      add(value, `${pointer}/enum/${index}`);
  for (const key of ['anyOf', 'oneOf']) {
    const list = own(schema, key);
    if (!Array.isArray(list)) continue;
    for (const [index, part] of list.slice(0, 40).entries()) {
      add(own(part, 'const'), `${pointer}/${key}/${index}/const`);
      const inner = own(part, 'enum');
      if (!Array.isArray(inner)) continue;
      for (const [place, value] of inner.slice(0, MAX_VALUES).entries())
        add(value, `${pointer}/${key}/${index}/enum/${place}`);
    }
  }
  const items = own(schema, 'items');
  const inItems = own(items, 'enum');
  if (Array.isArray(inItems))
    for (const [index, value] of inItems.slice(0, MAX_VALUES).entries())
      add(value, `${pointer}/items/enum/${index}`);
  return values;
}
