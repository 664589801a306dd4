import { isReproduced, isReproducedOverStdio } from '@toolwarden/catalogue';
import type { CatalogueView } from './catalogue-view.ts';
import { crawlReasonWords } from './crawl-words.ts';
import { interval } from './interval.ts';
import { compareText, counted } from './names.ts';
import { type BarPlot, barPlot } from './plots/bar-plot.ts';

/** What the method page says of the catalogue as it is. */
export type MethodView = {
  figures: { label: string; value: string }[];
  coverage: BarPlot;
  /** What the last run of the replayed attacks came to. */
  replays: { label: string; value: string }[];
};

export function methodView(catalogue: CatalogueView): MethodView {
  return {
    figures: methodFigures(catalogue),
    coverage: coverage(catalogue),
    replays: replayFigures(catalogue),
  };
}

function replayFigures({ attackEntries }: CatalogueView): MethodView['replays'] {
  const replays = attackEntries.flatMap(({ replay }) => replay ?? []);
  if (replays.length === 0) return [];
  const isWhole = ({ runs }: (typeof replays)[number]) => runs.passes === undefined;
  const shown = (those: typeof replays) =>
    share(those.filter(isReproduced).length, those.length, 'attack');
  const overStdio = replays.filter(isReproducedOverStdio);
  return [
    { label: 'Harm without the control, none with it, honest use unharmed', value: shown(replays) },
    { label: 'Of those that a gateway stops', value: shown(replays.filter(isWhole)) },
    {
      label: 'Of those it stops in part, whose page shows what still passes',
      value: shown(replays.filter((each) => !isWhole(each))),
    },
    {
      label: 'The same over stdio, one of each family',
      value: counted(overStdio.length, 'attack'),
    },
  ];
}

/** Servers by how asking them ended, the most frequent reason first. */
function coverage({ servers }: CatalogueView): BarPlot {
  const asked = servers.filter(({ status }) => status !== 'gone');
  const ended = Map.groupBy(asked, ({ reason, outcome }) => {
    if (outcome === 'complete' || reason === undefined) return 'Listed.';
    return `${outcome === 'partial' ? 'Listed in part. ' : ''}${crawlReasonWords[reason]}`;
  });
  const rows = [...ended]
    .map(([title, those]) => ({
      title,
      parts: [{ key: 'servers', title: 'servers', count: those.length }],
    }))
    .sort((a, b) => {
      const [one, other] = [a.parts[0]?.count ?? 0, b.parts[0]?.count ?? 0];
      return other - one || compareText(a.title, b.title);
    });
  return barPlot(rows, 'server');
}

/** Figures about the catalogue as it is, each with its n and, for shares, a 95 % interval. */
function methodFigures({ servers, tools }: CatalogueView): MethodView['figures'] {
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
