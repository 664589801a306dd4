import type { CatalogueEntry, JsonPointer, Trait } from '@toolwarden/catalogue';
import type { Policy, Rule } from '../policy.ts';
import type { Profile } from './caps.ts';

type Flow = NonNullable<Policy['flows']>[number];
type Candidate = { after: Trait[]; then: Trait[]; within: string; why: string };

/** What becomes dangerous only together, the worst first. */
const CANDIDATES: readonly Candidate[] = [
  {
    ...{ after: ['untrusted_content', 'private_data'], then: ['communicates_externally'] },
    ...{ within: '10m', why: 'private data and text by outsiders were read shortly before' },
  },
  {
    ...{ after: ['credential_access'], then: ['communicates_externally'], within: '10m' },
    why: 'secrets were read shortly before',
  },
  {
    ...{ after: ['untrusted_content'], then: ['code_execution', 'destructive', 'financial'] },
    ...{ within: '10m', why: 'text by outsiders was read shortly before' },
  },
];

/** Flow rules that suit servers which one agent uses together, and why each is there. */
export type RecommendedFlows = { flows: Flow[]; rules: { pointer: JsonPointer; why: string }[] };

/**
 * The flow rules that tools of these servers can meet together; none where a part is missing. A tool that nobody has
 * judged plays none, because recommended policies refuse it. `strict` refuses where the others ask, `permissive` keeps to the first and worst.
 */
export function recommendFlows(
  entries: readonly CatalogueEntry[],
  profile: Profile = 'recommended',
): RecommendedFlows {
  const tools = entries.flatMap((entry) => entry.tools);
  const can = (trait: Trait) => tools.some(({ judgement }) => judgement?.traits.includes(trait));
  const fitting = CANDIDATES.filter(({ after }) => after.every(can)).flatMap((candidate) => {
    const then = candidate.then.filter(can);
    return then.length > 0 ? [{ ...candidate, then }] : [];
  });
  const chosen = profile === 'permissive' ? fitting.slice(0, 1) : fitting;
  return {
    flows: chosen.map(({ after, then, within, why }) => ({
      ...{ after: { traits: after }, within, then: { traits: then } },
      ...{ action: profile === 'strict' ? ('deny' as const) : ('approve' as const), reason: why },
    })),
    rules: chosen.map(({ after, then }, index) => ({
      pointer: `/flows/${index}`,
      why: `Tools of these servers can do both, and one follows the other too easily: ${after.join(' and ')}, then ${then.join(' or ')}.`,
    })),
  };
}

/**
 * A policy with the flow rules that suit these servers, and with the marks of each tool that its rules name: so it says
 * the same where no catalogue tells the gateway what the tools are.
 */
export function withFlows(
  policy: Policy,
  entries: readonly CatalogueEntry[],
  profile: Profile = 'recommended',
): { policy: Policy; rules: RecommendedFlows['rules'] } {
  const { flows, rules } = recommendFlows(entries, profile);
  if (flows.length === 0) return { policy, rules };
  const known = new Set(flows.flatMap(({ after, then }) => [...after.traits, ...then.traits]));
  const tools: Record<string, Rule> = { ...policy.tools };
  for (const { definition, judgement } of entries.flatMap((entry) => entry.tools)) {
    const rule = Object.hasOwn(tools, definition.name) ? tools[definition.name] : undefined;
    if (rule === undefined || judgement === undefined) continue;
    const marks = judgement.traits.filter((trait) => known.has(trait));
    tools[definition.name] = { ...rule, marks: [...new Set([...(rule.marks ?? []), ...marks])] };
  }
  return { policy: { ...policy, tools, flows: [...(policy.flows ?? []), ...flows] }, rules };
}
