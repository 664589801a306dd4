import type { CatalogueTool } from '@toolwarden/catalogue';
import type { Argument } from './arguments.ts';
import { signalsOf } from './signals.ts';

/** What a recommended rule takes an argument for. */
export type HeldAs = 'amount' | 'path' | 'program' | 'recipient' | 'switch' | 'url';

/** The tool's own arguments, by name, that recommended rules can hold on to, and what they take each for. */
export function heldArguments(tool: CatalogueTool): Map<string, Set<HeldAs>> {
  const signals = signalsOf(tool);
  // What changes many people's records names them too, and sends them nothing.
  const isSending = tool.judgement?.traits.includes('communicates_externally') === true;
  const kinds: [HeldAs, readonly Argument[]][] = [
    ['amount', [...signals.amounts, ...signals.textAmounts]],
    ['path', signals.paths.map(({ argument }) => argument)],
    ['program', signals.programs],
    ['recipient', [...(isSending ? signals.recipients : []), ...signals.addresses]],
    ['switch', signals.flags],
    ['url', signals.urls.map(({ argument }) => argument)],
  ];
  const held = new Map<string, Set<HeldAs>>();
  for (const [kind, found] of kinds)
    for (const { name, steps } of found)
      if (steps.length === 1) held.set(name, (held.get(name) ?? new Set()).add(kind));
  return held;
}
