import { type AttackEntry, facetsOf, isReproduced } from '@toolwarden/catalogue';
import type { AttackView } from './attack-view.ts';
import { type Markdown, markdown } from './markdown.ts';
import { counted } from './names.ts';
import { attackUrl } from './urls.ts';

/** An entry's line in `/api/v1/attacks.jsonl`: what it is found by. */
export function attackLine({ attack, replay }: AttackEntry): object {
  const { ids, categories, traits, scope, controls, year } = facetsOf(attack);
  return {
    id: attack.id,
    title: attack.title,
    kind: attack.kind,
    url: attackUrl(attack.id),
    aliases: attack.aliases,
    ids,
    year: year ?? null,
    verification: attack.verification,
    gateway: attack.gateway.stops,
    reproduced: replay !== undefined && isReproduced(replay),
    scope,
    categories,
    traits,
    controls,
    summary: attack.summary,
  };
}

/** An entry's page as data. */
export function attackTwin({ attack, body, replay }: AttackEntry, view: AttackView): object {
  return {
    ...attack,
    reproduced: view.replay?.isReproduced ?? false,
    replay: replay ?? null,
    url: view.url,
    body,
    tools: {
      total: view.tools.total,
      first: view.tools.first.map(({ url, because }) => ({ url, because })),
    },
    servers: {
      total: view.servers.total,
      first: view.servers.first.map(({ url, because }) => ({ url, because })),
    },
    linked: view.related.map(({ id }) => id),
  };
}

/** An entry's page for readers of text. Its prose is the project's own Markdown and goes in as it is. */
export function attackTwinMarkdown({ body }: AttackEntry, view: AttackView): string {
  const head: Markdown[] = [
    { heading: 1, text: view.title },
    { text: view.summary },
    {
      list: [
        `${view.kind}: ${view.id}`,
        `${view.verification}: ${view.verificationMeaning}`,
        ...view.caveats.map(({ title, meaning }) => `${title}: ${meaning}`),
        `${view.gateway.title}: ${view.because}`,
        ...(view.severity === undefined ? [] : [`Severity: ${view.severity}`]),
        ...view.dates.map(({ label, value }) => `${label}: ${value}`),
        ...view.affected.map(
          ({ product, versions = 'versions not stated', fixed }) =>
            `Affected: ${product}, ${versions}${fixed === undefined ? '' : `, repaired in ${fixed}`}`,
        ),
        ...(view.aliases.length > 0 ? [`Also called: ${view.aliases.join('; ')}`] : []),
      ],
    },
    { heading: 2, text: `Needs: ${view.needs.title}` },
    { text: view.needs.meaning },
    ...(view.needs.conditions.length > 0 ? [{ list: view.needs.conditions }] : []),
  ];
  return `${markdown(head)}\n${body.trim()}\n\n${markdown(tailOf(view))}`;
}

function replayOf({ replay }: AttackView): Markdown[] {
  if (replay === undefined) return [];
  return [
    { heading: 2, text: replay.isReproduced ? 'Reproduced' : 'Replayed' },
    { text: replay.story },
    ...replay.runs.flatMap(({ title, result, lines }): Markdown[] => [
      { text: `${title}: ${result}` },
      { code: lines.map(({ who, what }) => `${who}: ${what}`).join('\n'), language: 'text' },
    ]),
  ];
}

function tailOf(view: AttackView): Markdown[] {
  return [
    { heading: 2, text: 'Controls, strongest first' },
    ...view.controls.flatMap(({ title, how, policy }): Markdown[] => [
      { text: `${title}: ${how}` },
      ...(policy === undefined ? [] : [{ code: policy.text, language: 'json' } as const]),
      ...(policy?.refusal === undefined ? [] : [{ text: policy.refusal }]),
    ]),
    ...replayOf(view),
    { heading: 2, text: 'In this catalogue' },
    {
      list: [
        `${counted(view.tools.total, 'tool')}, ${counted(view.servers.total, 'server')}`,
        ...[...view.tools.first, ...view.servers.first].map(({ url }) => `${url}.md`),
      ],
    },
    { heading: 2, text: 'Identifiers' },
    { list: view.mappings.map(({ id, framework, by }) => `${id} (${framework}), ${by}`) },
    { heading: 2, text: 'Related' },
    { list: view.related.map(({ title, url }) => `${title} (${url}.md)`) },
    { heading: 2, text: 'References' },
    { list: view.references.map(({ title, url }) => `${title}: ${url}`) },
    ...(view.notes.length > 0
      ? [{ heading: 2, text: 'What the sources leave open' } as const, { list: view.notes }]
      : []),
  ];
}
