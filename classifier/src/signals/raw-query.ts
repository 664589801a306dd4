import { defineSignal } from '../signal.ts';

export const rawQuery = defineSignal({
  id: 'caller-statement',
  trait: 'raw_query',
  meaning:
    'The caller supplies a statement of a query language, or names any operation of a wide API.',
  find: ({ program }) =>
    program?.kind === 'query' || program?.kind === 'api' ? [program.evidence] : [],
});
