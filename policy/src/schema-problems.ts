import {
  escapePointer,
  isJsonObject,
  type JsonObject,
  type JsonPointer,
  type JsonValue,
  own,
} from '@toolwarden/catalogue';
import type * as z from 'zod';
import type { Problem } from './finding.ts';
import { policyJsonSchema } from './json-schema.ts';
import { nearest } from './nearest.ts';
import { policySchema } from './policy.ts';
import { structuralProblem } from './structural-problem.ts';

type Issue = z.core.$ZodIssue;
type Key = string | number;

/** What the schema says against a document: one problem a key or value, in the words of the language. */
export function schemaProblems(document: JsonValue): Problem[] {
  const structural = structuralProblem(document);
  if (structural !== undefined) return [problem('', 'invalid-value', structural)];
  const parsed = policySchema.safeParse(document);
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) => describeIssue(issue, [], document));
}

function describeIssue(issue: Issue, base: readonly Key[], document: JsonValue): Problem[] {
  const path = [...base, ...(issue.path as Key[])];
  if (issue.code === 'unrecognized_keys') {
    const siblings = Object.keys(valueAt(document, path) ?? {});
    const known = siblings.filter((key) => !issue.keys.includes(key));
    return issue.keys.map((key) => unknownKey(path, key, known));
  }
  if (issue.code === 'invalid_union') {
    const branch = branchMeant(issue.errors, valueAt(document, path));
    if (branch) return branch.flatMap((inner) => describeIssue(inner, path, document));
  }
  if (isMissing(document, path)) {
    const message = `${JSON.stringify(path.at(-1))} is missing; ${expectation(issue)}`;
    return [problem(pointerOf(path.slice(0, -1)), 'missing-key', message)];
  }
  return [problem(pointerOf(path), 'invalid-value', expectation(issue, valueAt(document, path)))];
}

// A union fails in all its branches; only the one that the writer meant is worth reading.
function branchMeant(errors: Issue[][], value: JsonValue | undefined): Issue[] | undefined {
  if (Array.isArray(value)) {
    return errors.find((branch) => !branch.some(isTypeIssueHere));
  }
  if (!isJsonObject(value) || errors.length !== 3) return undefined;
  if (Object.hasOwn(value, 'any')) return errors[1];
  if (Object.hasOwn(value, 'not')) return errors[2];
  return errors[0];
}

const isTypeIssueHere = (issue: Issue) => issue.code === 'invalid_type' && issue.path.length === 0;

function unknownKey(path: Key[], key: string, siblings: readonly string[]): Problem {
  const message = `unknown key ${JSON.stringify(key)}; ${hintFor(key, knownKeys(path), siblings)}`;
  return problem(pointerOf([...path, key]), 'unknown-key', message);
}

/** `siblings`: the keys beside it that may stand there. */
function hintFor(key: string, known: readonly string[], siblings: readonly string[]): string {
  // A key of another branch of a union.
  if (known.includes(key)) {
    return `it cannot stand beside ${siblings.map((each) => JSON.stringify(each)).join(', ')}`;
  }
  const near = nearest(key, known);
  return near === undefined ? `known here: ${known.join(', ')}` : `did you mean "${near}"?`;
}

function expectation(issue: Issue, value?: JsonValue): string {
  const found = value === undefined ? '' : `, found ${shown(value)}`;
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected === 'int' ? 'a whole number' : article(issue.expected)}${found}`;
    case 'invalid_value':
      return oneOf(issue.values, value, found);
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? oneOf(issue.options, value, found)
        : `expected ${typesMeant(issue.errors)}${found}`;
    case 'invalid_format':
    case 'custom':
      return `${issue.message}${found}`;
    default:
      return `${issue.message.replace(/^(Invalid input: )?/, '').toLowerCase()}${found}`;
  }
}

function oneOf(options: readonly unknown[], value: JsonValue | undefined, found: string): string {
  const near = typeof value === 'string' ? nearest(value, options.map(String)) : undefined;
  const list = options.map((option) => JSON.stringify(option)).join(', ');
  const start = options.length === 1 ? `expected ${list}` : `expected one of ${list}`;
  return `${start}${found}${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

function typesMeant(errors: Issue[][]): string {
  const types = errors
    .flat()
    .flatMap((issue) =>
      issue.code === 'invalid_type' && issue.path.length === 0 ? [article(issue.expected)] : [],
    );
  if (types.length === 0) return 'another value';
  return [...new Set(types)].join(' or ');
}

function article(type: string): string {
  if (type === 'null') return 'null';
  if (type === 'array') return 'a list';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function shown(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  if (isJsonObject(value)) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function valueAt(document: JsonValue, path: readonly Key[]): JsonValue | undefined {
  let current: JsonValue | undefined = document;
  for (const key of path) {
    current = Array.isArray(current) ? current[Number(key)] : own(current, String(key));
  }
  return current;
}

function isMissing(document: JsonValue, path: readonly Key[]): boolean {
  return path.length > 0 && valueAt(document, path) === undefined;
}

function pointerOf(path: readonly Key[]): JsonPointer {
  return path.map((key) => `/${escapePointer(String(key))}`).join('');
}

const problem = (pointer: JsonPointer, code: Problem['code'], message: string): Problem => ({
  pointer,
  severity: 'error',
  code,
  message,
});

/** The keys that the schema knows at a path: the document's own JSON Schema is the one list of them. */
function knownKeys(path: readonly Key[]): string[] {
  const root = policyJsonSchema();
  let schemas: JsonObject[] = [root];
  for (const key of path) {
    schemas = schemas
      .flatMap((schema) => branches(schema, root))
      .flatMap((schema) => {
        const next =
          own(own(schema, 'properties'), String(key)) ??
          own(schema, typeof key === 'number' ? 'items' : 'additionalProperties');
        return isJsonObject(next) ? [next] : [];
      });
  }
  const keys = schemas
    .flatMap((schema) => branches(schema, root))
    .flatMap((schema) => {
      const names = own(own(schema, 'propertyNames'), 'enum');
      return Array.isArray(names) ? names : Object.keys(own(schema, 'properties') ?? {});
    });
  return [...new Set(keys.map(String))];
}

// Bounded: a reference leads to a definition, and a union to its branches; neither nests further in our own schema.
function branches(schema: JsonObject, root: JsonObject, depth = 0): JsonObject[] {
  const reference = own(schema, '$ref');
  const options = own(schema, 'anyOf') ?? own(schema, 'oneOf');
  if (depth > 8) return [];
  if (typeof reference === 'string') {
    const target = own(own(root, '$defs'), reference.slice('#/$defs/'.length));
    return isJsonObject(target) ? branches(target, root, depth + 1) : [];
  }
  if (!Array.isArray(options)) return [schema];
  return options.filter(isJsonObject).flatMap((option) => branches(option, root, depth + 1));
}
