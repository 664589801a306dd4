import { canonicalJson, type ServerRecord } from '@toolwarden/catalogue';

/**
 * A new record beside an earlier one of the very same package, started in the same way. What differs then was not
 * published by anybody: the server writes the time or a random value into its definitions. The earlier words stay, so
 * that an unchanged server is an unchanged file, and a finding tells that they cannot be pinned.
 */
export function steadied(earlier: ServerRecord | undefined, now: ServerRecord): ServerRecord {
  if (earlier === undefined || !isSameStart(earlier, now)) return now;
  const before = new Map(earlier.tools.map(({ definition, digest }) => [definition.name, digest]));
  const moving = now.tools
    .filter(({ definition, digest }) => before.get(definition.name) !== digest)
    .map(({ definition }) => definition.name);
  const areInstructionsMoving = earlier.instructionsDigest !== now.instructionsDigest;
  const known = (earlier.findings ?? []).filter(({ message }) => message.endsWith(ENDING));
  if (moving.length === 0 && !areInstructionsMoving && known.length === 0) return now;

  const { instructions, instructionsDigest, ...rest } = now;
  const words = [
    ...moving.map((name) => JSON.stringify(name)),
    ...(areInstructionsMoving ? ['its instructions'] : []),
  ];
  const shown = words.length > 5 ? [...words.slice(0, 5), `${words.length - 5} more`] : words;
  // One finding is enough, and the first to be written stays: which tools differ may itself differ.
  const findings = [
    ...(now.findings ?? []),
    ...(known.length > 0
      ? known
      : [
          { code: 'unstable-list' as const, message: `The words of ${shown.join(', ')} ${ENDING}` },
        ]),
  ];
  return {
    ...rest,
    ...(earlier.instructions !== undefined && { instructions: earlier.instructions }),
    ...(earlier.instructionsDigest && { instructionsDigest: earlier.instructionsDigest }),
    tools: earlier.tools,
    findings,
  };
}

const ENDING = 'differ from one start of this version to the next.';

/** The same bytes, started in the same way, with the same names listed. */
function isSameStart(earlier: ServerRecord, now: ServerRecord): boolean {
  const names = ({ tools }: ServerRecord) => tools.map(({ definition }) => definition.name);
  return (
    earlier.outcome === 'complete' &&
    now.outcome === 'complete' &&
    now.package?.integrity !== undefined &&
    earlier.package?.integrity === now.package.integrity &&
    canonicalJson(earlier.configurations) === canonicalJson(now.configurations) &&
    canonicalJson(earlier.help ?? []) === canonicalJson(now.help ?? []) &&
    canonicalJson(names(earlier)) === canonicalJson(names(now))
  );
}
