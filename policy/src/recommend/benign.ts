import {
  type CatalogueTool,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  own,
} from '@toolwarden/catalogue';
import { PLACEHOLDER_HOST, PLACEHOLDER_ROOT } from './argument-rules.ts';
import { type Argument, argumentsOf, enumOf, itemsOf, numberIn } from './arguments.ts';
import { type Signals, signalsOf } from './signals.ts';

/**
 * Arguments that a plain, well-meant call of a tool could have: what its schema requires, small and harmless, with the
 * placeholders of the recommended policy where that names a folder or a host.
 */
export function benignArguments(tool: CatalogueTool): JsonObject {
  const signals = signalsOf(tool);
  const required = argumentsOf(tool).filter(({ isRequired }) => isRequired);
  return objectOf(required, 1, signals);
}

function objectOf(required: readonly Argument[], depth: number, signals: Signals): JsonObject {
  const here = required.filter(({ steps }) => steps.length === depth);
  return Object.fromEntries(
    here.map((argument) => {
      const inner = required.filter(
        ({ steps }) => steps.length > depth && steps[depth - 1] === argument.steps[depth - 1],
      );
      const value =
        inner.length > 0 ? objectOf(inner, depth + 1, signals) : valueFor(argument, signals);
      return [argument.name, value];
    }),
  );
}

function valueFor(argument: Argument, signals: Signals): JsonValue {
  const text = textFor(argument, signals);
  const choice = signals.selectors.find((each) => each.argument.path === argument.path)?.safe[0];
  return choice ?? plainValue(argument.schema, text, argument.types);
}

function textFor({ path }: Argument, signals: Signals): string {
  const isThis = (each: Argument) => each.path === path;
  const url = signals.urls.find((each) => isThis(each.argument));
  if (url) return `https://${url.hosts[0] ?? PLACEHOLDER_HOST}/page`;
  const place = signals.paths.find((each) => isThis(each.argument));
  if (place) return place.kind === 'local' ? `${PLACEHOLDER_ROOT}/notes.txt` : 'notes.txt';
  if (signals.addresses.some(isThis)) return `ada@${PLACEHOLDER_HOST}`;
  return signals.textAmounts.some(isThis) ? '1.00' : 'example';
}

function plainValue(schema: JsonObject, text: string, types: ReadonlySet<string>): JsonValue {
  const [first] = enumOf(schema);
  if (first !== undefined) return first;
  if (types.has('array')) return [itemValue(itemsOf(schema), text)];
  if (types.has('string')) return text;
  if (types.has('number') || types.has('integer')) return smallNumber(schema);
  if (types.has('boolean')) return false;
  return types.has('null') ? null : {};
}

function itemValue(schema: JsonObject, text: string): JsonValue {
  const [first] = enumOf(schema);
  if (first !== undefined) return first;
  const type = own(schema, 'type');
  if (type === 'number' || type === 'integer') return smallNumber(schema);
  if (type === 'boolean') return false;
  return type === 'object' || isJsonObject(own(schema, 'properties')) ? {} : text;
}

function smallNumber(schema: JsonObject): number {
  const least = numberIn(schema, 'minimum');
  const above = numberIn(schema, 'exclusiveMinimum');
  const most = numberIn(schema, 'maximum') ?? Number.POSITIVE_INFINITY;
  const start = Math.max(1, least ?? 1, above === undefined ? 1 : Math.floor(above) + 1);
  return Math.min(start, most);
}
