import type { CatalogueEntry } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { type CatalogueView, catalogueView } from '../lib/catalogue-view.ts';
import { summarizeServer } from '../lib/server-summary.ts';
import type { ToolRef } from '../lib/tool-view.ts';
import { toolUrl } from '../lib/urls.ts';

/** A data folder as a build sees it, with everything at once. */
export type WholeCatalogue = {
  catalogue: CatalogueView;
  entries: CatalogueEntry[];
  refs: ToolRef[];
};

export async function readCatalogue(dir: string): Promise<WholeCatalogue> {
  const store = openStore(dir);
  const { items: entries } = await store.readEntries();
  const { items: attackEntries } = await store.readAttacks();
  const attacks = attackEntries.map(({ attack }) => attack);
  return {
    catalogue: catalogueView(
      entries.map((entry) => summarizeServer(entry, attacks)),
      attackEntries,
    ),
    entries,
    refs: entries.flatMap((entry) =>
      entry.tools.map((tool) => ({ entry, tool, url: toolUrl(entry.slug, tool.slug) })),
    ),
  };
}
