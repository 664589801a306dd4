import { type Markdown, markdown } from './markdown.ts';
import type { PolicyPanel } from './policy-panels.ts';
import type { ToolRef, ToolView } from './tool-view.ts';

/** A tool's page as data. */
export function toolTwin(
  { entry, tool }: ToolRef,
  view: ToolView,
  policies: PolicyPanel[],
): object {
  return {
    server: entry.record.id,
    version: entry.record.version,
    name: view.name,
    url: view.url,
    level: view.level ?? null,
    category: view.category ?? null,
    label: view.label ?? null,
    traits: tool.judgement?.traits ?? [],
    riskRows: tool.judgement?.riskRows ?? [],
    signals: view.signals.map(({ signal, names }) => ({ id: signal.id, arguments: names })),
    classification: tool.classification ?? null,
    correction: tool.correction ?? null,
    staleCorrection: tool.staleCorrection ?? null,
    digest: tool.digest,
    since: view.since ?? null,
    tokens: view.tokens.count,
    configurations: tool.configurations,
    definition: tool.definition,
    policies: Object.fromEntries(
      policies.map(({ profile, effect, text, whys }) => [
        profile,
        {
          effect,
          policy: JSON.parse(text),
          rules: whys.map(({ pointer, why }) => ({ pointer, why })),
        },
      ]),
    ),
    attacks: view.attacks.map(({ id, because }) => ({ id, because })),
    related: [...view.here, ...view.elsewhere].map(({ url }) => url),
  };
}

/** A tool's page for readers of text, people or programs. */
export function toolTwinMarkdown(view: ToolView, policies: PolicyPanel[]): string {
  const { server, level, label } = view;
  const recommended = policies[0];
  const parts: Markdown[] = [
    { heading: 1, text: `${view.name} on ${server.name}` },
    { text: `Level: ${level ?? 'not classified'}${label === undefined ? '' : `, ${label}`}.` },
    { text: view.rationale ?? 'Nobody has judged this definition yet; treat it as Critical.' },
    ...(view.correction
      ? [{ text: `Put right by ${view.correction.by}: ${view.correction.reason}` }]
      : []),
    ...(view.staleCorrection
      ? [
          {
            text: `A correction by ${view.staleCorrection.by} on ${view.staleCorrection.on} was for an earlier definition and does not count: ${view.staleCorrection.reason}`,
          },
        ]
      : []),
    { heading: 2, text: 'Why this level' },
    {
      list: view.rows.map(
        ({ id, condition, level: least }) => `${id}: ${condition}, at least ${least}`,
      ),
    },
    ...view.facts.flatMap(({ title, quotes }): Markdown[] => [
      { heading: 3, text: title },
      ...quotes.map(({ pointer, quote }): Markdown => ({ quote, from: pointer })),
    ]),
    { heading: 2, text: 'The server’s own description (untrusted text)' },
    { code: view.description ?? '(none)', language: 'text' },
    { heading: 2, text: 'Arguments' },
    {
      list: view.arguments.map(({ name, type, isRequired, signals }) =>
        [
          name,
          type,
          isRequired ? 'required' : 'optional',
          ...signals.map(({ title }) => title),
        ].join(', '),
      ),
    },
    ...(recommended
      ? [
          { heading: 2, text: 'Recommended policy' } as const,
          { text: recommended.effect },
          { code: recommended.text, language: 'json' },
        ]
      : []),
    ...(view.attacks.length > 0
      ? [
          { heading: 2, text: 'Attacks these capabilities allow' } as const,
          { list: view.attacks.map(({ id, title, because }) => `${title} (${id}), ${because}`) },
        ]
      : []),
    { heading: 2, text: 'Provenance' },
    { list: view.provenance.map((fact) => `${fact.label}: ${fact.value}`) },
  ];
  return markdown(parts);
}
