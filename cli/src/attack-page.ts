import { type AttackEntry, controls } from '@toolwarden/catalogue';

/** One entry of the attack database as lines for a terminal. */
export function attackPage({ attack, body }: AttackEntry, related: readonly string[]): string[] {
  const { dates, gateway, severity } = attack;
  const facts: [string, string][] = [
    ['id', attack.id],
    ['kind', attack.kind],
    ['also called', attack.aliases.join(', ')],
    ['happened', dates.event ?? ''],
    ['published', dates.disclosure ?? ''],
    ['verification', [attack.verification, ...(attack.caveats ?? [])].join(', ')],
    [
      'severity',
      [severity?.rating, severity?.score, severity?.system]
        .filter((each) => each !== undefined)
        .join(' '),
    ],
    ['affected', attack.affected.map(affectedWords).join('; ')],
    ['gateway', `${gateway.stops}: ${gateway.because}`],
    ['see also', related.join(', ')],
  ];
  return [
    attack.title,
    '='.repeat(attack.title.length),
    '',
    attack.summary,
    '',
    ...facts.filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}`),
    '',
    body,
    '',
    '## Controls',
    '',
    ...attack.stoppedBy.flatMap(({ control, how, policy }) => [
      `- ${titleOf(control)}: ${how}`,
      ...(policy === undefined ? [] : [`  ${JSON.stringify(policy)}`]),
    ]),
    '',
    '## Identifiers',
    '',
    ...attack.mappings.map(
      ({ framework, id, assignedBy, note }) =>
        `- ${framework} ${id}${note === undefined ? '' : `, ${note}`}${assignedBy === 'us' ? ' (assigned by us)' : ''}`,
    ),
    ...(attack.mappings.length === 0 ? ['- none is known'] : []),
    '',
    '## Sources',
    '',
    ...attack.references.map(({ title, url }) => `- ${title}: ${url}`),
    ...(attack.notes === undefined ? [] : ['', ...attack.notes.map((note) => `Note: ${note}`)]),
  ];
}

function affectedWords({ product, versions, fixed }: AttackEntry['attack']['affected'][number]) {
  const fixedIn = fixed === undefined ? '' : `, repaired in ${fixed}`;
  return `${product}${versions === undefined ? '' : ` ${versions}`}${fixedIn}`;
}

function titleOf(control: string): string {
  return controls.find(({ id }) => id === control)?.title ?? control;
}
