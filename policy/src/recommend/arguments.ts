import {
  type CatalogueTool,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  own,
  type Parameter,
  parametersOf,
  readTool,
} from '@toolwarden/catalogue';
import { pathText, type Step } from '../path.ts';

/** One argument of a tool, at the top or inside an object argument. */
export type Argument = {
  name: string;
  steps: Step[];
  /** As conditions write it. */
  path: string;
  schema: JsonObject;
  types: ReadonlySet<string>;
  /** True where every call has it: it and all objects around it are required. */
  isRequired: boolean;
  description: string;
};

// Deeper than this, arguments are the content of a call rather than its switches.
const MAX_NESTING = 3;
const MAX_ARGUMENTS = 200;

// Each profile's recommendation and its lints ask for the same ones.
const known = new WeakMap<CatalogueTool, readonly Argument[]>();

/** A tool's arguments, outermost first; those inside lists are left out. */
export function argumentsOf(tool: CatalogueTool): readonly Argument[] {
  const before = known.get(tool);
  if (before !== undefined) return before;
  const found = findArguments(tool);
  known.set(tool, found);
  return found;
}

function findArguments(tool: CatalogueTool): Argument[] {
  const found: Argument[] = [];
  let level = parametersOf(readTool(tool.definition)).map((parameter) =>
    argument(parameter, [], true),
  );
  for (let depth = 0; depth < MAX_NESTING && level.length > 0; depth++) {
    found.push(...level);
    if (found.length > MAX_ARGUMENTS) break;
    level = level.flatMap(({ schema, steps, isRequired }) =>
      parametersOf({ name: '', inputSchema: schema }).map((parameter) =>
        argument(parameter, steps, isRequired),
      ),
    );
  }
  // A policy cannot name this key, see structuralProblem; and a path is bounded.
  return found
    .filter(({ name, path }) => name !== '__proto__' && path.length <= 512)
    .slice(0, MAX_ARGUMENTS);
}

function argument(
  { name, schema, isRequired }: Parameter,
  parents: readonly Step[],
  isParentRequired: boolean,
): Argument {
  const steps = [...parents, { key: name }];
  const description = own(schema, 'description');
  return {
    name,
    steps,
    path: pathText(steps),
    schema,
    types: typesOf(schema),
    isRequired: isRequired && isParentRequired,
    description: typeof description === 'string' ? description.slice(0, 4000) : '',
  };
}

/** The JSON types a schema allows, its `anyOf` and `oneOf` branches included; empty where it does not say. */
function typesOf(schema: JsonObject): Set<string> {
  const branches = ['anyOf', 'oneOf'].flatMap((key) => {
    const list = own(schema, key);
    return Array.isArray(list) ? list.filter(isJsonObject) : [];
  });
  const stated = [schema, ...branches].flatMap((part) => own(part, 'type') ?? []).flat();
  const listed = enumOf(schema).map((value) => (value === null ? 'null' : typeof value));
  return new Set([...stated.map(String), ...listed]);
}

/** The values a schema lists, also under `const` and in its branches. */
export function enumOf(schema: JsonObject): JsonValue[] {
  const branches = ['anyOf', 'oneOf'].flatMap((key) => own(schema, key) ?? []);
  return [schema, ...branches].flat().flatMap((part) => {
    const values = own(part, 'enum') ?? (isJsonObject(part) ? own(part, 'const') : undefined);
    return values === undefined ? [] : [values].flat();
  });
}

/** The schema of a list's items; `{}` where it has none. */
export function itemsOf(schema: JsonObject): JsonObject {
  const branches = ['anyOf', 'oneOf'].flatMap((key) => own(schema, key) ?? []);
  const items = [schema, ...branches].flat().map((part) => own(part, 'items'));
  return items.find(isJsonObject) ?? {};
}

/** A number under a key of a schema. */
export function numberIn(schema: JsonObject, key: string): number | undefined {
  const value = own(schema, key);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export const isText = ({ types }: Argument) => types.has('string');
export const isNumber = ({ types }: Argument) => types.has('number') || types.has('integer');
export const isFlag = ({ types }: Argument) => types.has('boolean');
export const isList = ({ types }: Argument) => types.has('array');
/** True for a list whose items are texts, as far as the schema says. */
export function isTextList(argument: Argument): boolean {
  return isList(argument) && own(itemsOf(argument.schema), 'type') === 'string';
}
