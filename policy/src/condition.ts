import * as z from 'zod';
import { operators } from './operators/index.ts';
import type { Operator } from './operators/operator.ts';
import { isPath } from './path.ts';
import { words } from './schema-words.ts';

/** A path into a call's arguments. */
export const pathSchema = z
  .string()
  .max(512)
  .refine(isPath, {
    error: 'expected a path such as args.amount, args.list[*].x or args["a.b"]',
  })
  .describe('Which argument: `args.amount`, `args.list[*].x`, `args["a.b"]`.');

const leaf = <Id extends string, Value extends z.ZodType>(operator: Operator<Id, Value>) =>
  z
    .strictObject({
      path: pathSchema,
      op: z.literal(operator.id),
      value: operator.value(words),
    })
    .describe(operator.meaning);

/** One test of one argument. */
const testSchema = z.discriminatedUnion('op', [
  leaf(operators.eq),
  leaf(operators.neq),
  leaf(operators.lt),
  leaf(operators.lte),
  leaf(operators.gt),
  leaf(operators.gte),
  leaf(operators.in),
  leaf(operators.not_in),
  leaf(operators.exists),
  leaf(operators.contains),
  leaf(operators.matches),
  leaf(operators.regex),
  leaf(operators.within),
  leaf(operators.host_in),
  leaf(operators.max_length),
  leaf(operators.max_items),
]);
export type ArgumentTest = z.infer<typeof testSchema>;

/** A test, or a group of conditions. */
export type Condition = ArgumentTest | { any: Condition[] } | { not: Condition };

/** `{any: […]}`: at least one must hold. */
const anySchema = z
  .strictObject({
    get any() {
      return z.array(conditionSchema).min(1).max(1000).describe('At least one of these must hold.');
    },
  })
  .meta({ id: 'any', description: 'A group of which at least one condition must hold.' });

/** `{not: …}`: must not hold. */
const notSchema = z
  .strictObject({
    get not() {
      return conditionSchema.describe('The condition that must not hold.');
    },
  })
  .meta({
    id: 'not',
    description:
      'The opposite of a condition; absent or wrongly typed values stay unknown, so they do not pass by it.',
  });

// INVARIANT: tests, any, not, in this order; describe-issues.ts picks the branch a writer meant by position.
/** A condition on the arguments of a call. */
export const conditionSchema: z.ZodType<Condition> = z
  .union([testSchema, anySchema, notSchema])
  .meta({ id: 'condition', description: 'A test of an argument, or a group of conditions.' });
