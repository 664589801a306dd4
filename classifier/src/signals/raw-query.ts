import { isRouter } from '../router.ts';
import { defineSignal, inDescription } from '../signal.ts';

const LISTED_QUERY =
  /\b(?:execut|runn?)(?:e|es|ing|s)? (?:\w+ ){0,2}(?:sql|kql|cypher|graphql|soql|promql) (?:quer(?:y|ies)|statements?)\b/i;

export const rawQuery = defineSignal({
  id: 'caller-statement',
  trait: 'raw_query',
  meaning:
    'The caller supplies a statement of a query language, or names any operation of a wide API.',
  find: (view) => {
    const { program, reading } = view;
    if (program?.kind === 'query' || program?.kind === 'api') return [program.evidence];
    // A router that lists the running of queries among what its commands do.
    return program === undefined && isRouter(reading) ? inDescription(view, LISTED_QUERY) : [];
  },
});
