import { join } from 'node:path';
import type { CatalogueEntry, HistoryEvent } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { expect, test } from 'vitest';
import { readCatalogue } from '../testing/read-catalogue.ts';
import { indexActs } from './related-tools.ts';
import { serverMarks } from './server-marks.ts';
import { serverPages, toolFrame } from './server-pages.ts';
import type { Around } from './tool-view.ts';

const FIXTURES = join(import.meta.dirname, '../../../catalogue/fixtures');
/** Of each server so many values are changed, one after the other. */
const MAX_PLACES = 45;
const whole = await readCatalogue(FIXTURES);
const listed = { asked: '2026-11-03', last: '2026-11-03', isOld: false };
const listings = (dates = listed) =>
  new Map(
    whole.entries.map(({ record }) => [
      record.id,
      { ...dates, versions: [[record.version, '2026-11-01']] as [string, string][] },
    ]),
  );
const around: Around = {
  ...whole.catalogue,
  countTokens: (text) => text.length,
  listings: listings(),
};

/** What each tool's page says, files beside it included, what it says it was made from, and by what a build knows that sooner. */
type Made = Map<string, { inputs: string; shown: string; frame: string }>;

function pagesOf(entry: CatalogueEntry, history: readonly HistoryEvent[], by = around): Made {
  const made: Made = new Map();
  const marks = serverMarks(entry, history);
  const frame = toolFrame(by, entry, history, { marks, around: '' });
  for (const { url, place, inputs, make } of serverPages(by, entry, history)) {
    if (inputs === undefined || place === undefined) continue;
    const { view, files = [] } = make();
    const shown = JSON.stringify([view, files.map(([path, text]) => [path, text()])]);
    made.set(url, {
      inputs: JSON.stringify(inputs()),
      shown,
      frame: JSON.stringify([frame, marks.tools[place]?.own]),
    });
  }
  return made;
}

/** Pages that show something else though their inputs are the same, or have others though all that a build looks at first is. */
function overlooked(before: Made, after: Made): string[] {
  return [...after].flatMap(([url, { inputs, shown, frame }]) => {
    const known = before.get(url);
    const isMissed = known?.inputs === inputs && known.shown !== shown;
    const isMissedSooner = known?.frame === frame && known.inputs !== inputs;
    return isMissed || isMissedSooner ? [url] : [];
  });
}

type Place = { holder: Record<string, unknown>; key: string };

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

function otherThan(value: unknown): unknown {
  if (typeof value === 'string') return `${value} more`;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return undefined;
}

test('a tool’s page tells by its inputs whatever can change on it', async () => {
  const store = openStore(FIXTURES);
  let [changes, differing] = [0, 0];
  const small = whole.entries.filter((entry) => JSON.stringify(entry).length < 20_000);
  for (const original of small) {
    const { items } = await store.readHistory(original.record.id);
    const before = pagesOf(original, items);
    const copy = { entry: structuredClone(original), history: structuredClone(items) };
    // Every place would take minutes; those left out here are like those that are not.
    const places = placesIn(copy);
    const step = Math.ceil(places.length / MAX_PLACES);
    for (const { holder, key } of places.filter((_, index) => index % step === 0)) {
      const old = holder[key];
      for (const value of [otherThan(old), undefined]) {
        holder[key] = value;
        let after: Made | undefined;
        try {
          after = pagesOf(
            { ...copy.entry, tools: copy.entry.tools.map((tool) => ({ ...tool })) },
            copy.history,
          );
        } catch {
          // No record of this shape is ever read.
        }
        if (after === undefined) continue;
        changes += 1;
        differing += [...after].filter(
          ([url, { shown }]) => before.get(url)?.shown !== shown,
        ).length;
        expect(overlooked(before, after), `${original.record.id} ${key}`).toEqual([]);
      }
      holder[key] = old;
    }
  }
  expect(changes).toBeGreaterThan(150);
  expect(differing).toBeGreaterThan(50);
});

test('S9: a tool’s page is the same after another listing, and another once the last is old', () => {
  const again = { ...around, listings: listings({ ...listed, last: '2026-11-20' }) };
  const old = { ...around, listings: listings({ ...listed, isOld: true }) };
  let pages = 0;
  for (const entry of whole.entries) {
    const before = pagesOf(entry, []);
    expect(pagesOf(entry, [], again)).toEqual(before);
    for (const [url, { inputs, shown }] of pagesOf(entry, [], old)) {
      pages += 1;
      expect(shown).toContain('"since":"2026-11-01"');
      expect(shown).not.toBe(before.get(url)?.shown);
      expect(inputs).not.toBe(before.get(url)?.inputs);
    }
  }
  expect(pages).toBeGreaterThan(10);
});

test('tools elsewhere that do the same are among the inputs', () => {
  const tools = whole.catalogue.tools.map((tool) => ({ ...tool, serverName: 'Another name' }));
  const elsewhere = { ...around, acts: indexActs(tools) };
  let differing = 0;
  for (const entry of whole.entries) {
    const [before, after] = [pagesOf(entry, []), pagesOf(entry, [], elsewhere)];
    for (const [url, { inputs, shown }] of after) {
      const known = before.get(url);
      if (known?.shown === shown) continue;
      differing += 1;
      expect(inputs).not.toBe(known?.inputs);
    }
  }
  expect(differing).toBeGreaterThan(0);
});
