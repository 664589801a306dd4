import {
  type ApplicableAttack,
  type Attack,
  attacksFor,
  attacksForServer,
  type CatalogueEntry,
  type CatalogueTool,
} from '@toolwarden/catalogue';

/** An attack that applies, by its id, and why. */
export type AttackReason = { id: string; because: string };
/** The attacks that were found for a server: on its tools, in their order, and on itself. */
export type FoundAttacks = { tools: readonly (readonly AttackReason[])[]; server: AttackReason[] };

/** The attacks that the summary of a server names. */
export function foundIn({
  tools,
  attacks,
}: {
  tools: readonly { attacks: AttackReason[] }[];
  attacks: AttackReason[];
}): FoundAttacks {
  return { tools: tools.map((tool) => tool.attacks), server: attacks };
}

type Found = { attacks: readonly Attack[]; found: ApplicableAttack<Attack>[] };
const known = new WeakMap<CatalogueTool | CatalogueEntry, Found>();

/** The attacks a tool allows, found once: the summary of its server needs them, and later its page. */
export function applicableAttacks(
  entry: CatalogueEntry,
  tool: CatalogueTool,
  attacks: readonly Attack[],
): ApplicableAttack<Attack>[] {
  return findOnce(tool, attacks, () => attacksFor(entry, tool, attacks));
}

/** The attacks on a server as a whole, found once. */
export function serverAttacks(
  entry: CatalogueEntry,
  attacks: readonly Attack[],
): ApplicableAttack<Attack>[] {
  return findOnce(entry, attacks, () => attacksForServer(entry, attacks));
}

/** Takes over what was found for this very server, with these attacks, by another process or build. */
export function rememberAttacks(
  entry: CatalogueEntry,
  attacks: readonly Attack[],
  { tools, server }: FoundAttacks,
): void {
  const byId = byIdOf(attacks);
  const remember = (of: CatalogueTool | CatalogueEntry, reasons: readonly AttackReason[]) =>
    findOnce(of, attacks, () =>
      reasons.flatMap(({ id, because }) => {
        const attack = byId.get(id);
        return attack === undefined ? [] : [{ attack, because }];
      }),
    );
  for (const [index, tool] of entry.tools.entries()) remember(tool, tools[index] ?? []);
  remember(entry, server);
}

function findOnce(
  of: CatalogueTool | CatalogueEntry,
  attacks: readonly Attack[],
  find: () => ApplicableAttack<Attack>[],
): ApplicableAttack<Attack>[] {
  const before = known.get(of);
  if (before?.attacks === attacks) return before.found;
  const found = find();
  known.set(of, { attacks, found });
  return found;
}

const indexes = new WeakMap<readonly Attack[], Map<string, Attack>>();

function byIdOf(attacks: readonly Attack[]): Map<string, Attack> {
  const index = indexes.get(attacks) ?? new Map(attacks.map((attack) => [attack.id, attack]));
  indexes.set(attacks, index);
  return index;
}
