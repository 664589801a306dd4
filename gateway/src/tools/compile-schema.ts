import { runInThisContext, Script } from 'node:vm';
import type { JsonObject } from '@toolwarden/catalogue';
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { canBeSlow, dialectOf, hasPatterns } from './schema-limits.ts';

/** No check of arguments takes longer. */
const MAX_MS = 100;

const OPTIONS: Options = {
  strict: false,
  logger: false,
  validateSchema: false,
  addUsedSchema: false,
  // `format` describes; a tool that listed an unknown one is not to be refused for it.
  validateFormats: false,
  // What an argument inherits from Object.prototype it does not have.
  ownProperties: true,
};

/** Makes a validator that says what is wrong, first problem only. @throws where the schema makes none. */
export async function compileSchema(
  schema: JsonObject,
  whole = 'the arguments',
): Promise<(args: JsonObject) => string | undefined> {
  const validate = compile(schema, await optionsFor(schema));
  const run = canBeSlow(schema) ? timed(validate) : validate;
  return (args) => {
    let answer: unknown;
    try {
      // Anything but `true` refuses: an asynchronous schema would give a promise.
      answer = run(args);
    } catch {
      return `checking ${whole} took too long`;
    }
    return answer === true ? undefined : problemOf(validate, whole);
  };
}

type PatternEngine = NonNullable<NonNullable<Options['code']>['regExp']>;

/** Patterns come from the server and texts from the agent, so the engine is one that is linear whatever they are. */
async function optionsFor(schema: JsonObject): Promise<Options> {
  if (!hasPatterns(schema)) return OPTIONS;
  const { RE2JS } = await import('re2js');
  const engine = (pattern: string) => {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return { test: (text: string) => compiled.test(text) };
  };
  const regExp = Object.assign(engine, { code: 'linear' }) as unknown as PatternEngine;
  return { ...OPTIONS, code: { regExp } };
}

function compile(schema: JsonObject, options: Options): ValidateFunction {
  if (dialectOf(schema) === 'draft-07') return new Ajv(options).compile(schema);
  try {
    return new Ajv2020(options).compile(schema);
  } catch (error) {
    // Older servers name no dialect and write lists of items as draft-07 does.
    if (Object.hasOwn(schema, '$schema')) throw error;
    return new Ajv(options).compile(schema);
  }
}

function problemOf({ errors }: ValidateFunction, whole: string): string {
  const [first] = errors ?? [];
  if (first === undefined) return `${whole} do not fit the schema`;
  const where = first.instancePath === '' ? whole : first.instancePath.slice(1, 100);
  return `${where} ${first.message ?? 'do not fit the schema'}`.slice(0, 200);
}

type Handover = { toolwardenCheck?: (() => unknown) | undefined };

/** Runs a validator under the engine's own clock, the only thing that stops synchronous code. */
function timed(validate: ValidateFunction): (args: JsonObject) => unknown {
  const script = new Script('toolwardenCheck()');
  const shared = runInThisContext('globalThis') as Handover;
  return (args) => {
    shared.toolwardenCheck = () => validate(args);
    try {
      return script.runInThisContext({ timeout: MAX_MS });
    } finally {
      shared.toolwardenCheck = undefined;
    }
  };
}
