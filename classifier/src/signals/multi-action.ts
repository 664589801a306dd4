import { differ } from '../choosers.ts';
import { defineSignal, keyOf } from '../signal.ts';

export const multiAction = defineSignal({
  id: 'chosen-act',
  trait: 'multi_action',
  meaning:
    'An argument chooses among acts that differ in category or in what they destroy or cost.',
  find: ({ choosers, reading, acts, category }) => {
    if (category === 'Read') return [];
    const chooser = choosers.find(({ choices }) =>
      differ(choices.flatMap(({ act }) => (act === undefined ? [] : [act]))),
    );
    if (chooser !== undefined) return [keyOf(chooser.field)];
    // A router: one free argument names a sub-command, the description says of which kinds.
    const router = reading.fields.find(
      ({ name, depth, type }) =>
        depth === 0 &&
        type === 'string' &&
        /^(?:command|sub_?command|operation|action)$/i.test(name),
    );
    const isRouter =
      /\b(?:sub[- ]?commands?|command router|operations (?:for|include)|actions:|available (?:commands|actions|operations))/i.test(
        reading.description.slice(0, 1500),
      );
    return router !== undefined && isRouter && differ([...acts.lead, ...acts.listed])
      ? [keyOf(router)]
      : [];
  },
});
