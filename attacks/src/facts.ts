import { readFile } from 'node:fs/promises';
import { frameworks } from '@toolwarden/catalogue';
import * as z from 'zod';

/** What is known of one attack apart from words: the measure that published entries are checked against. */
export const attackFactsSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['technique', 'incident', 'cve']),
  date: z.string().optional(),
  /** The most a gateway may claim; `lesson` where the fact is about gateways' own code. */
  gateway: z.enum(['full', 'partial', 'none', 'lesson']),
  identifiers: z.array(
    z.strictObject({
      framework: z.enum(Object.keys(frameworks) as [string, ...string[]]),
      id: z.string(),
      assignedBy: z.enum(['source', 'us']),
    }),
  ),
  /** What an attacker must find in a session, in the words of the collection. */
  needs: z.array(z.string()),
  references: z.array(z.url({ protocol: /^https$/ })),
});
export type AttackFacts = z.infer<typeof attackFactsSchema>;

/** The committed facts, by id. */
export async function readFacts(): Promise<Map<string, AttackFacts>> {
  const text = await readFile(new URL('../facts.json', import.meta.url), 'utf8');
  const facts = z.array(attackFactsSchema).parse(JSON.parse(text));
  return new Map(facts.map((each) => [each.id, each]));
}
