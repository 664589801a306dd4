import { defineSource, type Found } from './define-source.ts';
import { type RegistryOrder, readRegistry, type World, world } from './registry-client.ts';
import { newestRows, type RegistryRow, readRow } from './registry-rows.ts';

export const officialRegistry = defineSource({
  id: 'official-registry',
  meaning: 'The official MCP registry, or another that speaks its API.',
  read: async ({ order, given = world }: { order: RegistryOrder; given?: World }) => {
    const rows = (await readRegistry(order, given)).map(readRow);
    const found: Found = {
      sources: [...newestRows(rows).values()].map(({ source }) => source),
      problems: rows
        .filter((row): row is RegistryRow & { ok: false } => !row.ok)
        .map(({ name, message }) => ({ where: name, message })),
    };
    return found;
  },
});
