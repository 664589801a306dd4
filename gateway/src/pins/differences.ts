import type { JsonObject } from '@toolwarden/catalogue';
import { definitionDiff } from './definition-diff.ts';
import type { ServerPins } from './lock.ts';
import { type ListedKind, listedKinds } from './pin-digest.ts';

/** Something that is no longer, or not yet, as it was accepted. */
export type Difference = {
  kind: 'tool' | 'instructions' | 'prompt' | 'resource' | 'resource template';
  /** Empty for instructions. */
  name: string;
  change: 'changed' | 'new' | 'vanished';
  /** What changed, in lines for a person; of what is new, all of it. */
  lines: string[];
};

type Pinned = { digest: string; definition: JsonObject };

const KINDS: Record<ListedKind, Difference['kind']> = {
  prompts: 'prompt',
  resources: 'resource',
  resourceTemplates: 'resource template',
};

/** Everything that differs between what was accepted and what is listed; sorted by kind, then name. */
export function differences(accepted: ServerPins | undefined, now: ServerPins): Difference[] {
  const found = instructionsDifference(accepted, now);
  found.push(...listDifferences('tool', accepted?.tools ?? {}, now.tools));
  for (const kind of Object.keys(listedKinds) as ListedKind[]) {
    found.push(...listDifferences(KINDS[kind], accepted?.[kind] ?? {}, now[kind] ?? {}));
  }
  return found;
}

function instructionsDifference(accepted: ServerPins | undefined, now: ServerPins): Difference[] {
  const [old, given] = [accepted?.instructions, now.instructions];
  if (old?.digest === given?.digest) return [];
  const change = old === undefined ? 'new' : given === undefined ? 'vanished' : 'changed';
  return [
    { kind: 'instructions', name: '', change, lines: definitionDiff(old?.text, given?.text) },
  ];
}

function listDifferences(
  kind: Difference['kind'],
  old: Record<string, Pinned>,
  now: Record<string, Pinned>,
): Difference[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return names.flatMap((name): Difference[] => {
    const before = Object.hasOwn(old, name) ? old[name] : undefined;
    const after = Object.hasOwn(now, name) ? now[name] : undefined;
    if (before?.digest === after?.digest) return [];
    const change = before === undefined ? 'new' : after === undefined ? 'vanished' : 'changed';
    const lines =
      change === 'vanished' ? [] : definitionDiff(before?.definition, after?.definition);
    return [{ kind, name, change, lines }];
  });
}
