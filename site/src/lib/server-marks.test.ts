import { join } from 'node:path';
import { attacksFor, attacksForServer, type CatalogueEntry } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { expect, test } from 'vitest';
import { readCatalogue } from '../testing/read-catalogue.ts';
import { serverMarks } from './server-marks.ts';

// The committed attacks: those of the fixtures ask for few signals.
const ROOT = join(import.meta.dirname, '../../..');
const { entries } = await readCatalogue(join(ROOT, 'catalogue/fixtures'));
const attacks = (await openStore(join(ROOT, 'data')).readAttacks()).items.map(
  ({ attack }) => attack,
);
/** Of each server so many values are changed, one after the other. */
const MAX_PLACES = 45;

function found(entry: CatalogueEntry): string {
  const reasons = [
    ...entry.tools.map((tool) => attacksFor(entry, tool, attacks)),
    attacksForServer(entry, attacks),
  ].map((those) => those.map(({ attack, because }) => [attack.id, because]));
  return JSON.stringify(reasons);
}

function placesIn(value: unknown): { holder: Record<string, unknown>; key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

/** As a build reads it: nothing that was remembered about the objects of another reading. */
const readAgain = (entry: CatalogueEntry): CatalogueEntry => structuredClone(entry);

test('attacks differ only where the marks of what they are matched with do', () => {
  let differing = 0;
  for (const original of entries) {
    const [before, marks] = [found(original), serverMarks(original, [])];
    const copy = readAgain(original);
    const places = placesIn(copy);
    const step = Math.ceil(places.length / MAX_PLACES);
    for (const { holder, key } of places.filter((_, index) => index % step === 0)) {
      const old = holder[key];
      if (typeof old === 'string') holder[key] = `${old} delete files, send email`;
      else if (Array.isArray(old)) holder[key] = [];
      else continue;
      try {
        const changed = readAgain(copy);
        const after = serverMarks(changed, [], marks);
        expect(after).toEqual(serverMarks(changed, []));
        if (found(changed) === before) continue;
        differing += 1;
        expect(after.facts, `${original.record.id} ${key}`).not.toBe(marks.facts);
      } finally {
        holder[key] = old;
      }
    }
  }
  expect(differing).toBeGreaterThan(10);
});
