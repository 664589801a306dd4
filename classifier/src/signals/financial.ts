import { defineSignal, quoteOf } from '../signal.ts';

export const financial = defineSignal({
  id: 'money-moves',
  trait: 'financial',
  meaning: 'The act itself commits or moves money, or changes what someone is charged.',
  find: ({ doing, category }) =>
    category === 'Read'
      ? []
      : doing
          .filter(({ kind, category: own }) => kind === 'money' && own !== 'Read')
          .slice(0, 2)
          .map(quoteOf),
});
