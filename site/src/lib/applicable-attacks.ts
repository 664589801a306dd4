import {
  type ApplicableAttack,
  type Attack,
  attacksFor,
  type CatalogueEntry,
  type CatalogueTool,
} from '@toolwarden/catalogue';

type Known = { attacks: readonly Attack[]; found: ApplicableAttack<Attack>[] };
const known = new WeakMap<CatalogueTool, Known>();

/** The attacks a tool allows, found once: the summary of its server needs them, and later its page. */
export function applicableAttacks(
  entry: CatalogueEntry,
  tool: CatalogueTool,
  attacks: readonly Attack[],
): ApplicableAttack<Attack>[] {
  const before = known.get(tool);
  if (before?.attacks === attacks) return before.found;
  const found = attacksFor(entry, tool, attacks);
  known.set(tool, { attacks, found });
  return found;
}
