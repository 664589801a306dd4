import {
  type CatalogueEntry,
  type CatalogueTool,
  isJsonObject,
  type JsonObject,
  own,
  readTool,
} from '@toolwarden/catalogue';
import type { Problem } from '../finding.ts';
import { compileGlob, isPattern } from '../glob.ts';
import { nearest } from '../nearest.ts';
import { parsePath } from '../path.ts';
import type { Policy } from '../policy.ts';
import { type Argument, argumentsOf, itemsOf } from '../recommend/arguments.ts';
import { type PlacedRule, type PlacedTest, placedRules, placedTests, warning } from './places.ts';

/** What shows only beside the server that a policy is meant for. */
export function lintAgainst(policy: Policy, entry: CatalogueEntry): Problem[] {
  const names = entry.tools.map(({ definition }) => definition.name);
  const rules = placedRules(policy).filter(({ part }) => part === 'tools');
  return [
    ...(policy.hide ?? []).flatMap((name, index) => unknownTool(name, `/hide/${index}`, names)),
    ...rules.flatMap(({ key = '', pointer }) => unknownTool(key, pointer, names)),
    ...rules.flatMap((placed) => argumentLints(placed, entry)),
  ];
}

function unknownTool(key: string, pointer: string, names: readonly string[]): Problem[] {
  if (names.some(compileGlob(key))) return [];
  if (isPattern(key)) return [warning(pointer, 'unknown-tool', 'no tool of this server matches')];
  const near = nearest(key, names);
  const hint = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
  return [
    warning(pointer, 'unknown-tool', `this server lists no tool ${JSON.stringify(key)}${hint}`),
  ];
}

function argumentLints(placed: PlacedRule, entry: CatalogueEntry): Problem[] {
  const matching = entry.tools.filter(({ definition }) =>
    compileGlob(placed.key ?? '')(definition.name),
  );
  // A rule for many tools speaks of arguments that only some of them have.
  const [tool] = matching;
  if (tool === undefined || matching.length > 1) return [];
  const known = argumentsOf(tool);
  const tests = placedTests(placed);
  return tests.flatMap((test) => {
    const argument = findArgument(test.test.path, known);
    if (argument === undefined) return unknownArgument(test, tool, known);
    return [...typeMismatch(test, argument), ...escapes(test, argument, tests)];
  });
}

function findArgument(path: string, known: readonly Argument[]): Argument | undefined {
  const steps = parsePath(path) ?? [];
  const wanted = JSON.stringify(steps.filter((step) => step !== 'each'));
  return known.find((argument) => JSON.stringify(argument.steps) === wanted);
}

function unknownArgument(
  { pointer, test }: PlacedTest,
  tool: CatalogueTool,
  known: readonly Argument[],
): Problem[] {
  const [step] = parsePath(test.path) ?? [];
  const top = known.filter(({ steps }) => steps.length === 1);
  const schema = readTool(tool.definition).inputSchema;
  // Only the first step is sure: inside an argument, schemas are often open or composed.
  const isOpen = !isJsonObject(own(schema, 'properties')) || isComposed(schema);
  if (step === undefined || step === 'each' || isOpen) return [];
  if (top.some(({ name }) => name === step.key)) return [];
  const near = nearest(
    step.key,
    top.map(({ name }) => name),
  );
  const hint = near === undefined ? '' : `; did you mean args.${near}?`;
  const message = `${tool.definition.name} has no argument ${JSON.stringify(step.key)}${hint}`;
  return [warning(pointer, 'unknown-argument', message)];
}

const isComposed = (schema: JsonObject | undefined) =>
  ['anyOf', 'oneOf', 'allOf', '$ref'].some((key) => own(schema, key) !== undefined);

const EXPECTED: Record<string, readonly string[]> = {
  lt: ['number', 'integer'],
  lte: ['number', 'integer'],
  gt: ['number', 'integer'],
  gte: ['number', 'integer'],
  regex: ['string'],
  matches: ['string'],
  within: ['string'],
  host_in: ['string'],
  max_length: ['string'],
  max_items: ['array'],
  contains: ['string', 'array'],
};

function typeMismatch({ pointer, test }: PlacedTest, argument: Argument): Problem[] {
  const expected = EXPECTED[test.op];
  const isItem = test.path.endsWith('[*]');
  const itemType = own(itemsOf(argument.schema), 'type');
  const types = isItem ? new Set(typeof itemType === 'string' ? [itemType] : []) : argument.types;
  if (expected === undefined || types.size === 0) return [];
  if (expected.some((type) => types.has(type))) return [];
  const found = [...types].sort().join(' or ');
  const message = `"${test.op}" looks at ${expected.join(' or ')}, but ${test.path} is ${found}; nothing is converted, so this never holds`;
  return [warning(pointer, 'type-mismatch', message)];
}

// Leaving the argument out makes the test unknown, and an unknown test neither refuses nor asks.
function escapes(
  { pointer, test, under }: PlacedTest,
  argument: Argument,
  tests: readonly PlacedTest[],
): Problem[] {
  if (under === 'require' || test.op === 'exists' || argument.isRequired) return [];
  const isRequiredHere = tests.some(
    (other) =>
      other.under === 'require' &&
      other.test.path === test.path &&
      other.condition === other.test &&
      !(other.test.op === 'exists' && other.test.value === false),
  );
  if (isRequiredHere) return [];
  const message = `${test.path} may be left out, and then this does not match; say under "require" what it must be`;
  return [warning(pointer, 'escapable-condition', message)];
}
