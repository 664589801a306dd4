import {
  assess,
  type Classification,
  type Evidence,
  inputDigest,
  type ReviewReason,
  type ServerClassifications,
  type ServerRecord,
  type ServerWords,
  serverWords,
  TAXONOMY_VERSION,
  type ToolDefinition,
  type Trait,
} from '@toolwarden/catalogue';
import { type Decision, decide } from './decide.ts';
import { shorten, verifyEvidence } from './evidence.ts';
import { accountOf } from './own-account.ts';
import { rationaleFor } from './rationale.ts';
import { type Reading, readDefinition } from './reading.ts';
import type { View } from './signal.ts';
import { signals } from './signals/index.ts';
import { findSteering, type Steering } from './steering.ts';
import { withoutOrders } from './without-orders.ts';

/** Moves with every change that may alter an answer; stored answers of another version are computed again. */
export const RULESET_VERSION = '17';

/** A tool to judge, with what its server says of itself. */
export type ClassifierInput = { server?: ServerWords; tool: ToolDefinition };

/** What the rules make of one tool. */
export type RulesJudgement = Pick<
  Classification,
  | 'category'
  | 'label'
  | 'traits'
  | 'risk'
  | 'riskRows'
  | 'confidence'
  | 'review'
  | 'rationale'
  | 'evidence'
>;

/** Judges one tool by rules alone: the same definition always gives the same answer. */
export function classify({ server, tool }: ClassifierInput): RulesJudgement {
  const steering = findSteering(tool);
  const reading = withoutOrders(readDefinition(tool, server), steering);
  const views = viewsOf(reading, steering.length > 0);
  const view = views[0];
  const claimed = [
    ...view.evidence,
    ...views.flatMap(traitEvidence),
    ...steeringEvidence(steering),
  ];
  const { kept, dropped } = verifyEvidence(claimed, tool, server);
  const traits = settle(
    new Set(kept.flatMap(({ for: fact }) => (fact === 'category' ? [] : [fact]))),
  );
  const evidence = withCategory(kept, tool).filter(
    ({ for: fact }) => fact === 'category' || traits.has(fact),
  );
  const review = reviewOf(view, view.review, traits, dropped.length > 0);
  const sorted = [...traits].sort();
  const assessment = assess(view.category, sorted);
  return {
    category: view.category,
    ...assessment,
    traits: sorted,
    confidence: view.confidence,
    review,
    rationale: rationaleFor(view, sorted, assessment),
    evidence: limited(evidence),
  };
}

/** The views a definition allows, the one that decides first: two where a sentence stands before the name's own account. */
function viewsOf(reading: Reading, isSuspicious: boolean): [Judged, ...Judged[]] {
  const whole = { reading, ...decide(reading), isSuspicious };
  const account = accountOf(reading, whole.acts.lead);
  if (account === undefined) return [whole];
  const rest = { reading: account.reading, ...decide(account.reading), isSuspicious };
  const isStronger = RANK[rest.category] - RANK[whole.category];
  return isStronger > 0 || (isStronger === 0 && account.isForeign) ? [rest, whole] : [whole, rest];
}

const RANK = { Read: 0, Write: 1, Execute: 2 } as const;

type Judged = View & Decision;

function traitEvidence(view: View): Evidence[] {
  return signals.flatMap(({ trait, find }) =>
    find(view).map(
      ({ pointer, quote }): Evidence => ({ for: trait, pointer, quote: shorten(quote) }),
    ),
  );
}

function steeringEvidence(steering: readonly Steering[]): Evidence[] {
  return steering.slice(0, 2).map(
    ({ pointer, quote }): Evidence => ({
      for: 'suspicious_definition',
      pointer,
      quote: shorten(quote),
    }),
  );
}

/** Traits that exclude one another: an option means nothing where the act destroys anyway. */
function settle(traits: Set<Trait>): Set<Trait> {
  if (traits.has('destructive')) traits.delete('destructive_option');
  return traits;
}

function withCategory(evidence: Evidence[], tool: ToolDefinition): Evidence[] {
  if (evidence.some(({ for: fact }) => fact === 'category') || tool.name === '') return evidence;
  return [{ for: 'category', pointer: '/name', quote: shorten(tool.name) }, ...evidence];
}

function limited(evidence: Evidence[]): Evidence[] {
  const count = new Map<string, number>();
  const seen = new Set<string>();
  return evidence.filter((item) => {
    const key = JSON.stringify([item.for, item.pointer, item.quote]);
    const used = count.get(item.for) ?? 0;
    if (seen.has(key) || used >= 3) return false;
    seen.add(key);
    count.set(item.for, used + 1);
    return true;
  });
}

function reviewOf(
  { reading, category, isSuspicious }: View,
  review: Decision['review'],
  traits: ReadonlySet<Trait>,
  isDropped: boolean,
): ReviewReason[] {
  const reasons = new Set<ReviewReason>(review);
  if (isSuspicious) reasons.add('suspicious-definition');
  if (reading.isTruncated) reasons.add('truncated-definition');
  if (isDropped) reasons.add('evidence-dropped');
  if (
    reading.hints.destructive === true &&
    reading.hints.readOnly !== true &&
    category !== 'Read' &&
    !traits.has('destructive') &&
    !traits.has('destructive_option')
  )
    reasons.add('destructive-claim');
  return [...reasons].sort();
}

/** Judges every tool of a server. */
export function classifyServer(record: ServerRecord): ServerClassifications {
  const server = serverWords(record);
  const tools = record.tools.map(
    ({ definition, digest }): Classification => ({
      tool: definition.name,
      toolDigest: digest,
      inputDigest: inputDigest(digest, server, RULESET_VERSION),
      ...classify({ server, tool: definition }),
      provenance: {
        taxonomyVersion: TAXONOMY_VERSION,
        rulesetVersion: RULESET_VERSION,
        profile: 'standard',
        method: 'rules',
      },
    }),
  );
  tools.sort((a, b) => compare(a.tool, b.tool) || compare(a.toolDigest, b.toolDigest));
  return { id: record.id, tools };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
