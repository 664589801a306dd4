import type { CatalogueTool, Trait } from '@toolwarden/catalogue';
import { addArgumentRules } from './argument-rules.ts';
import { capsFor, type Profile } from './caps.ts';
import { Draft } from './draft.ts';
import type { Judgement } from './judgement.ts';
import { type Signals, signalsOf } from './signals.ts';

/** The rule for one tool, before it is put into a document. */
export function buildRule(tool: CatalogueTool, profile: Profile): Draft {
  const draft = new Draft();
  const { judgement } = tool;
  if (judgement === undefined) {
    draft.action(
      'deny',
      'This tool has not been classified yet.',
      'Nobody has judged what this tool does, so nothing is assumed in its favour.',
    );
    return draft;
  }
  const refusal = profile === 'strict' ? strictRefusal(judgement) : undefined;
  if (refusal !== undefined) {
    draft.action('deny', refusal, 'The strict profile allows plain reads only.');
    return draft;
  }
  const signals = signalsOf(tool);
  const asks = addSelectorRules(draft, signals, judgement, profile);
  if (!asks) addApproval(draft, judgement, profile);
  addArgumentRules(draft, signals, tool.definition.name);
  const counter = tool.definition.name.slice(0, 100);
  for (const { window, max, why } of capsFor(judgement, profile)) {
    draft.limit({ counter, window, max, scope: 'grant' }, why);
  }
  return draft;
}

function strictRefusal({ category, traits }: Judgement): string | undefined {
  if (category !== 'Read') return 'Only tools that read are allowed.';
  const refused = ['credential_access', 'suspicious_definition', 'code_execution', 'destructive'];
  return traits.some((trait) => refused.includes(trait))
    ? 'Only tools that read, and return no secrets, are allowed.'
    : undefined;
}

/** Narrows an argument that chooses the act, or asks about its risky values; true where that replaces asking always. */
function addSelectorRules(
  draft: Draft,
  { selectors }: Signals,
  judgement: Judgement,
  profile: Profile,
): boolean {
  const has = new Set(judgement.traits);
  const cannotBeUndone = has.has('destructive') || has.has('financial');
  const asksAnyway = reasonsToAsk(judgement, profile).some(({ trait }) => !BY_ACT.includes(trait));
  if (asksAnyway) return false;
  let asks = false;
  for (const { argument, risky, safe } of selectors) {
    const { name, path } = argument;
    // Asking by value is only as good as the value: it must be there and be one that the schema lists.
    if (has.has('multi_action') && argument.isRequired) {
      const value = [...safe, ...risky].sort();
      const why = `${name} chooses the act, so it must be one that the definition lists.`;
      draft.require(argument, { path, op: 'in', value }, why);
      draft.approveIf(
        { path, op: 'in', value: risky },
        `This ${name} is one that a person should see.`,
        `Of the acts that ${name} offers, these cannot be undone or reach others.`,
      );
      asks ||= cannotBeUndone;
    } else if (!cannotBeUndone) {
      const why = `The definition also offers ${risky.join(', ')}; add a value only if you mean it.`;
      draft.require(argument, { path, op: 'in', value: safe }, why);
    }
  }
  return asks;
}

type ReasonToAsk = { trait: Trait; reason: string; why: string };

/** Acts that one argument can choose, so that asking can be kept to its risky values. */
const BY_ACT: readonly Trait[] = ['financial', 'destructive'];

// INVARIANT: the strongest reason first; it is the one a person reads.
const REASONS: readonly (ReasonToAsk & { isDropped: boolean })[] = [
  {
    trait: 'financial',
    reason: 'Moves money.',
    why: 'Moved money does not come back by itself, so a person approves each call.',
    isDropped: false,
  },
  {
    trait: 'destructive',
    reason: 'Removes or overwrites data.',
    why: 'What the call removes cannot be restored by the agent, so a person approves each one.',
    isDropped: false,
  },
  {
    trait: 'code_execution',
    reason: 'Runs a program.',
    why: 'A program has no bounds that a policy could check, so a person reads each one.',
    isDropped: false,
  },
  {
    trait: 'suspicious_definition',
    reason: 'The definition of this tool needs a look.',
    why: 'The definition tries to steer its reader, so no call passes unseen.',
    isDropped: false,
  },
  {
    trait: 'raw_query',
    reason: 'Runs a free-form query.',
    why: 'The caller writes the statement, so what it touches shows only in its text.',
    isDropped: true,
  },
  {
    trait: 'credential_access',
    reason: 'Touches secrets or access.',
    why: 'Secrets and rights outlive the task, so a person approves each call.',
    isDropped: true,
  },
];

/** Why a person is asked before each call; `permissive` drops what can be put right. */
function reasonsToAsk({ traits }: Judgement, profile: Profile): ReasonToAsk[] {
  return REASONS.filter(
    ({ trait, isDropped }) => traits.includes(trait) && !(isDropped && profile === 'permissive'),
  );
}

function addApproval(draft: Draft, judgement: Judgement, profile: Profile): void {
  const [strongest] = reasonsToAsk(judgement, profile);
  if (strongest) draft.action('approve', strongest.reason, strongest.why);
}
