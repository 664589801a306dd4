import { categories, labels, levels, traitSchema, traits } from '@toolwarden/catalogue';
import * as z from 'zod';
import { conditionSchema, pathSchema } from './condition.ts';
import { isWholeOrSum } from './limits.ts';
import { patternSchema } from './operators/pattern.ts';
import { words } from './schema-words.ts';
import { windowSchema } from './window-schema.ts';

const textSchema = z.string().max(2000);
const namePatternSchema = z.string().min(1).max(256);
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).max(10_000);

/** What a rule does by itself. */
const actionSchema = z
  .enum(['allow', 'deny', 'approve'])
  .describe('What the rule does: let pass, refuse, or ask a person.');

/** A limit on how often, or how much of an argument, in any window of time. */
const limitSchema = z
  .strictObject({
    counter: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('Name of the counter; limits with the same name, scope and window share one.'),
    window: windowSchema.describe(
      'Length of the sliding window: `minute`, `30s`, `15m`, `6h`, `7d`.',
    ),
    max: z
      .number()
      .nonnegative()
      .describe('At most so many calls, or so much of the summed argument, in any such window.'),
    scope: z
      .enum(['grant', 'session', 'server'])
      .optional()
      .describe('Who shares the counter: one grant (default), one session of it, or everybody.'),
    sum: pathSchema.optional().describe('Adds up this argument instead of counting calls.'),
    on_deny: textSchema.optional().describe('What a refused caller is told.'),
  })
  .refine(isWholeOrSum, {
    error: 'expected a whole number of calls',
    path: ['max'],
  })
  .meta({ id: 'limit', description: 'A limit in a sliding window.' });
export type Limit = z.infer<typeof limitSchema>;

/** The maintained set of secrets' forms, and words of high entropy beside a name such as `token`. */
const secretsSchema = z
  .strictObject({
    preset: z.literal('secrets').describe('Tokens, keys and passwords in their known forms.'),
    allow: listOf(patternSchema(words))
      .optional()
      .describe('What matches one of these whole stays.'),
  })
  .meta({ id: 'secrets', description: 'Secrets, whatever they are.' });

/** What results of a tool carry, or what its calls do, in the words of the taxonomy. */
const traitsListSchema = z.array(traitSchema).max(traits.length);

const conditionsSchema = listOf(conditionSchema).describe('All must hold; none always match.');

/** What applies to the calls that a key of `tools`, `classes` or `all_tools` selects. */
const ruleSchema = z
  .strictObject({
    action: actionSchema.optional(),
    reason: textSchema.optional().describe('Why, for the person or agent that meets the action.'),
    require: listOf(conditionSchema).optional().describe('Conditions that must hold, else deny.'),
    deny_if: listOf(
      z.strictObject({
        conditions: conditionsSchema,
        on_deny: textSchema.optional().describe('What a refused caller is told.'),
      }),
    )
      .optional()
      .describe('Refuse where all conditions of an entry hold.'),
    approve_if: listOf(
      z.strictObject({
        conditions: conditionsSchema,
        reason: textSchema.optional().describe('What the person who is asked reads.'),
      }),
    )
      .optional()
      .describe('Ask a person where all conditions of an entry hold.'),
    limits: listOf(limitSchema).optional().describe('How often, or how much.'),
    rate_limit: z
      .strictObject({
        max: z.int().nonnegative().describe('At most so many calls.'),
        window: z.int().positive().max(31_622_400).describe('Length of the window in seconds.'),
      })
      .optional()
      .describe('Shorthand for one entry of `limits`; its window is in seconds.'),
    approval: z
      .strictObject({
        timeout: windowSchema.optional().describe('How long a question stays open.'),
        hold: windowSchema.optional().describe('How long the call waits for an answer.'),
      })
      .optional()
      .describe('How a person is asked.'),
    response: z
      .strictObject({
        max_bytes: z.int().positive().optional().describe('Withhold longer results.'),
        redact: listOf(z.union([patternSchema(words), secretsSchema]))
          .optional()
          .describe('Replace what these patterns match, and secrets.'),
        strip_control: z
          .boolean()
          .optional()
          .describe('Write control and hidden characters of texts as `\\u{…}`.'),
      })
      .optional()
      .describe('What happens to the result.'),
    marks: traitsListSchema
      .optional()
      .describe(
        'Traits that flow rules see here, beside those of the class; of an unclassified tool the only ones.',
      ),
  })
  .meta({ id: 'rule', description: 'A rule object.' });
export type Rule = z.infer<typeof ruleSchema>;

/** `category:Read`, `label:Financial`, `trait:destructive`, `level:Critical` and so on: what `classes` may name. */
export const classKeys = [
  ...categories.map(({ id }) => `category:${id}` as const),
  ...labels.map(({ id }) => `label:${id}` as const),
  ...traits.map(({ id }) => `trait:${id}` as const),
  ...levels.map(({ id }) => `level:${id}` as const),
];
export type ClassKey = (typeof classKeys)[number];

const traitsSchema = z.array(traitSchema).min(1);

/** What may not follow what, across tools and servers. */
const flowSchema = z
  .strictObject({
    after: z
      .strictObject({ traits: traitsSchema.describe('All of these marks are on the grant.') })
      .describe('What has happened before.'),
    within: windowSchema.describe('For how long what happened counts.'),
    then: z
      .strictObject({ traits: traitsSchema.describe('The next call has one of these traits.') })
      .describe('What comes next.'),
    scope: z
      .enum(['grant', 'session'])
      .optional()
      .describe('Whose calls count: those of one grant (default), or of one session of it.'),
    action: z.enum(['deny', 'approve']).describe('What happens to the next call.'),
    reason: textSchema.optional().describe('Why, for the person or agent that meets it.'),
  })
  .meta({ id: 'flow', description: 'A rule about the order of calls.' });

const rulesByName = z.record(namePatternSchema, ruleSchema);

/** A policy document of version "1", as written: shorthands of the reference format included. */
export const policySchema = z
  .strictObject({
    $schema: z.string().max(2000).optional().describe('Address of this schema, for editors.'),
    name: z.string().max(200).optional().describe('For people.'),
    description: textSchema.optional().describe('For people.'),
    version: z.literal('1').describe('Version of the language.'),
    default: z.enum(['deny', 'allow']).describe('What happens to tools that nothing allows.'),
    hide: listOf(namePatternSchema)
      .optional()
      .describe('Names, or patterns with `*`, left out of the list of tools, and refused.'),
    all_tools: ruleSchema.optional().describe('Restricts every call; it never allows one.'),
    tools: rulesByName
      .optional()
      .describe('Rules by exact tool name or pattern with `*`; being named here allows.'),
    classes: z
      .partialRecord(z.enum(classKeys), ruleSchema)
      .optional()
      .describe('Rules by what a tool is; they allow only with `action: "allow"`.'),
    flows: listOf(flowSchema).optional().describe('Rules about the order of calls.'),
    resources: rulesByName.optional().describe('Rules for reading resources, by URI or pattern.'),
    prompts: rulesByName.optional().describe('Rules for getting prompts, by name or pattern.'),
    sampling: ruleSchema.optional().describe('Rule for sampling requests of servers.'),
    elicitation: ruleSchema.optional().describe('Rule for elicitation requests of servers.'),
    pinning: z
      .enum(['off', 'warn', 'enforce'])
      .optional()
      .describe('What happens to tools whose definition differs from the lock file.'),
  })
  .meta({ title: 'Toolwarden policy', description: 'What an agent may do with tools.' });
export type Policy = z.infer<typeof policySchema>;
