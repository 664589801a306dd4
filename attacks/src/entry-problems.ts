import { type AttackEntry, attackSections } from '@toolwarden/catalogue';
import { checkPolicyText, merge, type Policy, parsePolicy } from '@toolwarden/policy';
import type { AttackFacts } from './facts.ts';

const LEAST_WORDS = 150;
const MOST_WORDS = 450;
const CLAIMS = ['none', 'partial', 'full'];

/** All that is wrong with one entry of the attack database, measured against the facts; empty where nothing is. */
export function entryProblems(
  { attack, body }: AttackEntry,
  facts: ReadonlyMap<string, AttackFacts>,
): string[] {
  const known = facts.get(attack.id);
  if (known === undefined) return ['has no facts under its id'];
  return [
    ...identityProblems(attack, known),
    ...mappingProblems(attack, known),
    ...attack.references
      .filter(({ url }) => !known.references.includes(url))
      .map(({ url }) => `reference ${url} is not in the facts`),
    ...attack.related
      .filter((id) => !facts.has(id) || id === attack.id)
      .map((id) => `related ${id} is no other entry`),
    ...policyProblems(attack),
    ...bodyProblems(attack, body),
  ];
}

function identityProblems(attack: AttackEntry['attack'], known: AttackFacts): string[] {
  const problems: string[] = [];
  if (attack.kind !== known.kind) problems.push(`is a ${known.kind} in the facts`);
  const dates = Object.values(attack.dates).filter((date) => date !== undefined);
  const { date: fact } = known;
  if (dates.some((date) => fact === undefined || !fact.startsWith(date)))
    problems.push(`dates say ${dates.join(', ')}; the facts say ${known.date ?? 'nothing'}`);
  if (known.date !== undefined && !dates.includes(known.date))
    problems.push(`no date says ${known.date} as the facts do`);
  const most = known.gateway === 'lesson' ? 'partial' : known.gateway;
  if (CLAIMS.indexOf(attack.gateway.stops) > CLAIMS.indexOf(most))
    problems.push(`gateway claims ${attack.gateway.stops}; the facts allow ${most}`);
  return problems;
}

function mappingProblems(attack: AttackEntry['attack'], known: AttackFacts): string[] {
  const problems = attack.mappings
    .filter(
      ({ framework, id, assignedBy }) =>
        !known.identifiers.some(
          (fact) =>
            fact.framework === framework && fact.id === id && fact.assignedBy === assignedBy,
        ),
    )
    .map(({ id, assignedBy }) => `mapping ${id} assigned by ${assignedBy} is not in the facts`);
  const ids = attack.mappings.map(({ id }) => id);
  if (new Set(ids).size < ids.length) problems.push('maps to one id twice');
  for (const alias of attack.aliases.filter((each) => /^SAFE?-/.test(each))) {
    const current = alias.replace(/^SAFE-/, 'SAF-');
    if (!ids.includes(current)) problems.push(`alias ${alias} is not among its mappings`);
    for (const twin of [current, current.replace('SAF-', 'SAFE-')])
      if (!attack.aliases.includes(twin)) problems.push(`alias ${alias} without ${twin}`);
  }
  return problems;
}

/** Each fragment is sound by itself, and together they make one policy without an error. */
function policyProblems({ stoppedBy }: AttackEntry['attack']): string[] {
  const problems: string[] = [];
  let merged: Policy = { version: '1', default: 'deny' };
  for (const { control, policy } of stoppedBy) {
    if (policy === undefined) continue;
    const found = findingsOf(policy).map((finding) => `policy of ${control}${finding}`);
    problems.push(...found);
    if (found.length === 0) merged = merge(merged, parsePolicy(policy)).policy;
  }
  const together = findingsOf(merged, 'error').map((finding) => `merged policy ${finding}`);
  return [...problems, ...together];
}

function findingsOf(policy: unknown, only?: 'error'): string[] {
  return checkPolicyText(JSON.stringify(policy))
    .filter(({ severity }) => only === undefined || severity === only)
    .map(({ pointer, code, message }) => `${pointer}: ${code}: ${message}`);
}

function bodyProblems({ kind }: AttackEntry['attack'], body: string): string[] {
  const problems: string[] = [];
  const headings = [...body.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  const expected = attackSections[kind];
  if (headings.join('\n') !== expected.join('\n'))
    problems.push(`sections are ${headings.join(', ')}; expected ${expected.join(', ')}`);
  for (const section of body.split(/^## .+$/m).slice(1))
    if (section.trim().length < 20) problems.push('has an empty section');
  const words = body.split(/\s+/).length;
  if (words < LEAST_WORDS || words > MOST_WORDS)
    problems.push(`has ${words} words; expected ${LEAST_WORDS} to ${MOST_WORDS}`);
  // Prose is rendered as Markdown on a page; it needs no HTML and no links outside the references.
  if (/<[a-z!/]/i.test(body) || /\]\(/.test(body)) problems.push('holds HTML or a link');
  return problems;
}
