import type { JsonValue } from '@toolwarden/catalogue';
import type * as zod from 'zod';
import type { Truth } from '../truth.ts';

/** A prepared pattern. */
export type TextTest = {
  test(text: string): boolean;
  /** Longer texts would take this pattern too long; they are not judged. */
  longest: number;
};

/** What tests texts against patterns; the regex engine behind one door, loaded only where a policy has a pattern. */
export type PatternEngine = {
  /** Found anywhere. @throws where the pattern is no pattern of this engine. */
  search(pattern: string): TextTest;
  /** As `search`, for the whole text. */
  whole(pattern: string): TextTest;
};

/** What the schemas of values are made with; passed in, because what only decides is to run without it. */
export type Zod = Pick<
  typeof zod,
  'array' | 'boolean' | 'int' | 'null' | 'number' | 'string' | 'union'
>;

/** One operator of the policy language: what its value may be, and how it judges an argument. */
export type Operator<Id extends string = string, Value extends zod.ZodType = zod.ZodType> = {
  id: Id;
  /** One sentence for the reference page and for editors. */
  meaning: string;
  value: (z: Zod) => Value;
  /** What must be so, after the argument's name: `must be at most 5`. */
  words: (value: zod.infer<Value>) => string;
  /** Prepares the value once; the answer judges one argument that is present. */
  compile: (value: zod.infer<Value>, patterns: PatternEngine) => (subject: JsonValue) => Truth;
};

/** Declares an operator; the types of value and judge follow from its schema. */
export function defineOperator<Id extends string, Value extends zod.ZodType>(
  operator: Operator<Id, Value>,
): Operator<Id, Value> {
  return operator;
}
