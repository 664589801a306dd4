import type { ServerSource } from '@toolwarden/catalogue';
import { resolveTargets } from '../targets.ts';
import { defineSource } from './define-source.ts';

export const directIds = defineSource({
  id: 'direct-ids',
  meaning: 'Server ids given by a person: npm packages and places on the net need nothing else.',
  read: async ({ ids, known }: { ids: string[]; known: ServerSource[] }) => {
    const { targets, problems } = await resolveTargets(ids, known);
    return {
      sources: targets,
      problems: problems.map(({ id, message }) => ({ where: id, message })),
    };
  },
});
