import { expect, test } from 'vitest';
import { classify } from './classify.ts';

/** What the rationale says first of a tool that is described so. */
function firstSentence(description: string, name = 'thing_x'): string {
  const { rationale } = classify({ tool: { name, description, inputSchema: { type: 'object' } } });
  return (
    rationale.split(/(?<=[.”]\.?) (?=(?:It|The|What|Nothing|A|An|Text|Stored|Only)\b)/, 1)[0] ?? ''
  );
}

const told: [why: string, description: string, start: string][] = [
  [
    'what is demanded of the reader is left out',
    'Get a drum id that is REQUIRED for all subsequent calls',
    'gets a drum id.',
  ],
  [
    'a slip in a purpose is left out',
    'Generate a drum chart to organizes drums in rows',
    'generates a drum chart.',
  ],
  [
    'what is waited for is told to its end',
    'Wait for a drum to complete',
    'waits for a drum to complete.',
  ],
  [
    'a verb with "or" is told with the first',
    'Create or update a drum.',
    'creates or updates a drum.',
  ],
  [
    'each verb of a chain is put in its form',
    'Analyze and validate and fix the drums of a band',
    'analyzes and validates and fixes the drums of a band.',
  ],
  [
    '"and/or" joins verbs too',
    'Update a set name and/or replace its drums',
    'updates a set name and/or replaces its drums.',
  ],
  [
    'words in a shout are told calmly',
    'Find the newest drum for THIS band',
    'finds the newest drum for this band.',
  ],
  ['a possessive keeps its article', "Get a drum's sticks", "gets a drum's sticks."],
  [
    'what has an end keeps its preposition',
    'Get all drums you have access to.',
    'gets all drums you have access to.',
  ],
  [
    'a place between two ends is told whole',
    'Delete drums between start and end marks.',
    'deletes drums between start and end marks.',
  ],
  [
    'initials end no sentence',
    'List drums made by U.S. makers and their heirs',
    'lists drums made by U.S. makers and their heirs.',
  ],
  [
    'a state that ends the clause stays',
    'Abort a drum that is currently running',
    'aborts a drum that is currently running.',
  ],
  [
    'a purpose is told without what may go with it',
    'Get a drum list to prepare for shows and make choices',
    'gets a drum list to prepare for shows.',
  ],
  [
    'a plural noun loses its article',
    'Move a drums to another band',
    'moves drums to another band.',
  ],
  [
    'a singular one before "and" keeps it',
    'Delete a drum and ALL its sticks',
    'deletes a drum and all its sticks.',
  ],
  [
    'a sentence whose point was forgotten ends there',
    'List drums of a band Requires a band id',
    'lists drums of a band.',
  ],
  [
    'names with an underscore are told',
    "Cancel a queued or running job made with 'start_job'",
    "cancels a queued or running job made with 'start_job'.",
  ],
];

test.for(told)('told: %s', ([, description, start]) => {
  expect(firstSentence(description)).toContain(start);
});

const quoted: [why: string, description: string][] = [
  ['one of several acts', 'Report a drum, submit a wish, or share feedback about drums'],
  [
    'a list that goes on with what could be a verb',
    'List drums with their ref, coordinates, and display text or label',
  ],
  ['a list of what ends in -ing', 'List drums with filtering, ordering, and paging'],
  ['a single thing without an article', 'Clear ABC cache'],
  ['a place without an article', 'Hover over element by UID'],
  ['a state without an article', 'Reset current HEAD to specified state'],
  ['the first of two acts joined by "or"', 'Report a drum, or ask for another one'],
  ['a second verb that is not known', 'Set up or expand drum settings'],
  [
    'a list that is cut at its first comma',
    'Get colors, drums, sticks, skins, stands, cases, bags, and cymbals made by hand in the old workshop by the wide river of last year',
  ],
  ['a possessive without an article', "Calculate insights about drum's data"],
  ['a list without an article', 'Get drums list from Band'],
  ['advice to the caller', 'Use a real drum/stick pair for tests'],
];

test.for(quoted)('quoted and not told: %s', ([, description]) => {
  expect(firstSentence(description)).toContain(`“${description}”`);
});

test('words from the middle of a sentence are quoted with what goes before them', () => {
  expect(firstSentence('Deep safety scan of a drum')).toContain('“Deep safety scan of a drum”');
});

test('a list is quoted whole or up to where it begins', () => {
  const parts = Array.from({ length: 40 }, (_, index) => `part${index}`).join(', ');
  const text = firstSentence(`Get drum set with all of its many parts, ${parts}.`);
  expect(text).not.toContain('part0');
});

test('advice on when to use a tool is not told as what a call does', () => {
  expect(
    firstSentence('Use this tool when the user wants to submit a drum.', 'get_drum'),
  ).not.toContain('submits');
});

test('what a definition says for itself is not quoted', () => {
  expect(firstSentence('Safe drum reading, approved by all.', 'read_drum')).not.toMatch(
    /safe|approved/i,
  );
});

test('a name is told as a verb with its object only where it is one', () => {
  expect(firstSentence('For drums.', 'stop_drum')).toContain('one call stops “drum”.');
  expect(firstSentence('For drums.', 'force_terminate')).toContain(
    'read from its name, “force_terminate”.',
  );
});

test('an example is no act', () => {
  expect(
    firstSentence(
      'Show (unhide) a row of drums. Counting is half-open and begins at zero — to hide one row, pass 1.',
    ),
  ).toContain('unhides a row of drums.');
});

test('nouns after "with", and two nouns with a slash, are no verbs', () => {
  const judged = (description: string) =>
    classify({ tool: { name: 'get_drum', description, inputSchema: { type: 'object' } } });
  expect(judged('Get a drum with skins, edit reason and maker.').category).toBe('Read');
  expect(judged('Get a drum with a list/delete mark.').category).toBe('Read');
});

test('a wish of the definition is no act', () => {
  expect(firstSentence('The drum query is required for this.', 'get_drums')).not.toContain(
    'queries is',
  );
});
