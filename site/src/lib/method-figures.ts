import type { CatalogueView } from './catalogue-view.ts';
import { interval } from './interval.ts';
import { counted } from './names.ts';

/** Figures about the catalogue as it is, each with its n and, for shares, a 95 % interval. */
export function methodFigures({
  servers,
  tools,
}: CatalogueView): { label: string; value: string }[] {
  const asked = servers.filter(({ status }) => status !== 'gone');
  const listed = asked.filter(({ outcome }) => outcome !== 'failed');
  const judged = tools.filter(({ level }) => level !== undefined);
  const open = judged.filter(({ isOpenToReview }) => isOpenToReview);
  return [
    {
      label: 'Servers that listed their tools',
      value: share(listed.length, asked.length, 'server'),
    },
    { label: 'Tools that are classified', value: share(judged.length, tools.length, 'tool') },
    {
      label: 'Classified tools marked for review',
      value: share(open.length, judged.length, 'tool'),
    },
  ];
}

function share(part: number, whole: number, noun: string): string {
  if (whole === 0) return `no ${noun}s`;
  const { low, high } = interval(part, whole);
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  return `${part.toLocaleString('en')} of ${counted(whole, noun)}: ${percent(part / whole)} (95 % interval ${percent(low)} to ${percent(high)})`;
}
