import type { Attack, AttackEntry } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { entryProblems } from './entry-problems.ts';
import type { AttackFacts } from './facts.ts';

const known: AttackFacts = {
  id: 'rug-pull',
  kind: 'technique',
  date: '2025-04',
  gateway: 'partial',
  identifiers: [
    { framework: 'SAF-MCP', id: 'SAF-T1201', assignedBy: 'source' },
    { framework: 'CWE', id: 'CWE-78', assignedBy: 'us' },
  ],
  needs: [],
  references: ['https://example.com/a', 'https://example.com/b'],
};
const other: AttackFacts = { ...known, id: 'tool-poisoning' };
const facts = new Map([known, other].map((each) => [each.id, each]));

const words = 'word '.repeat(40);
const body = [
  'How it works',
  'Real cases',
  'How to notice it',
  'What stops it',
  'What does not stop it',
]
  .map((heading) => `## ${heading}\n\n${words}`)
  .join('\n\n');
const attack: Attack = {
  id: 'rug-pull',
  title: 'Rug pull',
  kind: 'technique',
  aliases: ['SAF-T1201', 'SAFE-T1201'],
  dates: { disclosure: '2025-04' },
  verification: 'documented',
  summary: 'A server changes after it has been approved, and nobody is asked.',
  affected: [],
  needs: { scope: 'stack' },
  gateway: { stops: 'partial', because: 'A changed definition is withheld.' },
  stoppedBy: [
    {
      control: 'definition-pinning',
      how: 'The digest differs.',
      policy: { version: '1', default: 'deny', pinning: 'enforce' },
    },
  ],
  mappings: [{ framework: 'SAF-MCP', id: 'SAF-T1201', assignedBy: 'source' }],
  related: ['tool-poisoning'],
  references: [{ title: 'Example', url: 'https://example.com/a' }],
};
const problems = (changes: Partial<Attack>, text = body) =>
  entryProblems({ attack: { ...attack, ...changes }, body: text } satisfies AttackEntry, facts);

test('an entry that agrees with the facts has no problems', () => {
  expect(problems({})).toEqual([]);
});

const policy = (tools: Record<string, unknown>) =>
  problems({
    stoppedBy: [
      {
        control: 'approval',
        how: 'A person agrees.',
        policy: { version: '1', default: 'deny', tools },
      },
    ] as Attack['stoppedBy'],
  });

test.for([
  ['an unknown id', problems({ id: 'unheard-of' }), /has no facts/],
  ['another kind', problems({ kind: 'cve' }), /is a technique in the facts/],
  [
    'a date more precise than the facts',
    problems({ dates: { disclosure: '2025-04-01' } }),
    /dates say/,
  ],
  ['no date where the facts have one', problems({ dates: {} }), /no date says 2025-04/],
  [
    'a claim above the facts',
    problems({ gateway: { stops: 'full', because: 'It is.' } }),
    /claims full/,
  ],
  [
    'an identifier that is not in the facts',
    problems({ mappings: [{ framework: 'CWE', id: 'CWE-77', assignedBy: 'us' }] }),
    /mapping CWE-77/,
  ],
  [
    'an assignment of ours passed off as a source’s',
    problems({
      mappings: [...attack.mappings, { framework: 'CWE', id: 'CWE-78', assignedBy: 'source' }],
    }),
    /mapping CWE-78 assigned by source/,
  ],
  ['one spelling of an alias', problems({ aliases: ['SAFE-T1201'] }), /without SAF-T1201/],
  [
    'an alias of another technique',
    problems({ aliases: ['SAF-T1', 'SAFE-T1'] }),
    /not among its mappings/,
  ],
  [
    'an address that is not in the facts',
    problems({ references: [{ title: 'Example', url: 'https://example.com/c' }] }),
    /reference https:\/\/example\.com\/c/,
  ],
  ['a link to itself', problems({ related: ['rug-pull'] }), /no other entry/],
  ['a policy that does not parse', policy({ x: { mood: 'good' } }), /policy of approval/],
  [
    'a policy with a loose pattern',
    policy({ x: { require: [{ path: 'args.a', op: 'regex', value: 'ab' }] } }),
    /policy of approval/,
  ],
  ['a missing section', problems({}, body.replace('## Real cases', '## Cases')), /sections are/],
  ['an empty section', problems({}, body.replace(words, '')), /empty section/],
  [
    'too few words',
    problems({}, body.replaceAll(words, 'some words of one short line')),
    /\d+ words/,
  ],
  ['HTML', problems({}, `${body}<b>x</b>`), /HTML/],
] as const)('%s is a problem', ([, found, message]) => {
  expect(found.join('\n')).toMatch(message);
});
