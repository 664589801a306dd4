import type { Store } from '@toolwarden/catalogue/store';
import { defineSource } from './define-source.ts';

export const sourceFiles = defineSource({
  id: 'source-files',
  meaning: 'Files of a data folder, one a server, with what it wants before it lists.',
  read: async ({ store, pattern }: { store: Pick<Store, 'readSources'>; pattern?: string }) => {
    const { items, problems } = await store.readSources(pattern);
    return {
      sources: items,
      problems: problems.map(({ file, message }) => ({ where: file, message })),
    };
  },
});
