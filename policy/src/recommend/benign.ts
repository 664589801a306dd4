import {
  type CatalogueTool,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  nameWords,
  own,
} from '@toolwarden/catalogue';
import { PLACEHOLDER_HOST, PLACEHOLDER_ROOT } from './argument-rules.ts';
import { type Argument, argumentsOf, enumOf, itemsOf, numberIn } from './arguments.ts';

/**
 * Arguments that a plain, well-meant call of a tool could have: those its schema requires, or all of them, small and
 * harmless, with the placeholders of the recommended policy for a folder or a host. They are read from the schema alone
 * and not from what the rules see in it, so that a rule which sees wrongly refuses them.
 */
export function benignArguments(
  tool: CatalogueTool,
  which: 'required' | 'all' = 'required',
): JsonObject {
  const given = argumentsOf(tool).filter(({ isRequired }) => isRequired || which === 'all');
  return objectOf(given, 1, tool);
}

function objectOf(given: readonly Argument[], depth: number, tool: CatalogueTool): JsonObject {
  const here = given.filter(({ steps }) => steps.length === depth);
  return Object.fromEntries(
    here.map((argument) => {
      const inner = given.filter(
        ({ steps }) =>
          steps.length > depth &&
          argument.steps.every((step, index) => sameStep(step, steps[index])),
      );
      const value = inner.length > 0 ? objectOf(inner, depth + 1, tool) : valueFor(argument, tool);
      return [argument.name, value];
    }),
  );
}

const sameStep = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function valueFor(argument: Argument, tool: CatalogueTool): JsonValue {
  const { schema, types } = argument;
  const listed = types.has('number') || types.has('integer') ? undefined : choiceOf(schema);
  if (listed !== undefined) return listed;
  if (types.has('array')) return [itemValue(itemsOf(schema), () => textFor(argument, tool))];
  if (types.has('number') || types.has('integer')) return smallNumber(schema);
  if (types.has('string')) return textFor(argument, tool);
  if (types.has('boolean')) return false;
  if (types.has('object')) return {};
  return types.has('null') ? null : textFor(argument, tool);
}

function itemValue(schema: JsonObject, text: () => string): JsonValue {
  const listed = choiceOf(schema);
  if (listed !== undefined) return listed;
  const type = own(schema, 'type');
  if (type === 'number' || type === 'integer') return smallNumber(schema);
  if (type === 'boolean') return false;
  return type === 'object' || isJsonObject(own(schema, 'properties')) ? {} : text();
}

const HARSH =
  /delete|remove|drop|destroy|purge|wipe|clear|force|hard|prune|overwrite|uninstall|revoke|kill|unsafe|danger|pay|refund|transfer|send|publish|run|exec/i;

/** The default of a listed value, or the first that sounds harmless. */
function choiceOf(schema: JsonObject): JsonValue | undefined {
  const values = enumOf(schema);
  const calm = values.filter((value) => !HARSH.test(String(value)));
  const fallback = own(schema, 'default');
  return calm.find((value) => value === fallback) ?? calm[0] ?? values[0];
}

function textFor(argument: Argument, tool: CatalogueTool): string {
  const { name, description, schema } = argument;
  const names = nameWords(name);
  const last = names.at(-1) ?? '';
  const has = (pattern: RegExp) => names.some((word) => pattern.test(word));
  const format = own(schema, 'format') ?? own(itemsOf(schema), 'format');
  const fallback = own(schema, 'default');
  if (typeof fallback === 'string' && /^https:\/\//.test(fallback)) return fallback;
  if (last === 'method') return 'POST';
  if (/^(id|ids|sid|uuid)$/.test(last)) return 'A1b2C3d4E5';
  if (/^(events?)$/.test(last)) return 'completed';
  if (format === 'uri' || has(/^(url|urls|uri|uris|webhook|callback|href|website)$/)) {
    return exampleUrl(description) ?? `https://${PLACEHOLDER_HOST}/page`;
  }
  if (format === 'email' || /^(to|cc|bcc)$/i.test(name) || has(/^(email|recipient)$/))
    return `ada@${PLACEHOLDER_HOST}`;
  if (/^(amount|price|quantity|budget|credits)$/.test(last)) return '1.00';
  if (isPlace(argument, tool)) return placeFor(argument, tool);
  const example = exampleText(description);
  const given = typeof fallback === 'string' && fallback !== '' ? fallback : example;
  return given ?? 'example';
}

const isPlace = ({ name, description }: Argument, { definition }: CatalogueTool) =>
  (/^(source|destination|src|dst|from|to)$/i.test(name) && /file|dir/i.test(definition.name)) ||
  /path|file|dir|folder|cwd|root/i.test(name) ||
  /\b(path|file|directory)\b/i.test(description);

function placeFor({ name, description }: Argument, tool: CatalogueTool): string {
  const isProject = argumentsOf(tool).some(
    (each) => each.steps.length === 1 && /^(repo|project_id)$/.test(each.name),
  );
  const isCopied = /upload|download|import|attach|local|absolute|machine|full path/i.test(
    description,
  );
  const isRelative =
    /file_?name|sub_?(folder|dir)/i.test(name) ||
    /relative to|in the repo|inside the repo|^file names|\bdiff\b/i.test(description);
  const isAbsolute = /absolute/i.test(description);
  const isBelow = (isRelative && !isAbsolute) || (isProject && !isCopied);
  return isBelow ? 'notes.txt' : `${PLACEHOLDER_ROOT}/notes.txt`;
}

const AN_EXAMPLE = /\b(?:e\.g\.|such as|for example|example:|formats?:)/i;

function exampleUrl(description: string): string | undefined {
  const after = description.slice(0, 2000).split(AN_EXAMPLE)[1]?.slice(0, 200);
  const url = URL.parse(/https?:\/\/[a-z0-9.-]+[a-z0-9]/i.exec(after ?? '')?.[0] ?? '');
  return url && /\.[a-z]{2,}$/.test(url.hostname) ? `https://${url.hostname}/` : undefined;
}

function exampleText(description: string): string | undefined {
  const after = description.slice(0, 2000).split(AN_EXAMPLE)[1] ?? '';
  return /^[\s:,]{0,4}["'`]([^"'`/~\\]{1,60})["'`]/.exec(after)?.[1];
}

function smallNumber(schema: JsonObject): number {
  const least = numberIn(schema, 'minimum');
  const above = numberIn(schema, 'exclusiveMinimum');
  const most = numberIn(schema, 'maximum') ?? Number.POSITIVE_INFINITY;
  const start = Math.max(1, least ?? 1, above === undefined ? 1 : Math.floor(above) + 1);
  return Math.min(start, most);
}
