import { expect, test } from 'vitest';
import { screenOf } from './terminal.ts';

test.for([
  ['plain text', 'one\ntwo', 'one\ntwo'],
  ['a line that is written over', 'delete all\rkeep  ', 'keep   all'],
  ['an erased line', 'delete all\u001b[2K\rkeep', 'keep'],
  ['what stands above, after moving up', 'delete\nyes?\u001b[1A\u001b[2K\rkeep', 'keep\nyes?'],
  ['a rest of a line that is erased', 'keep delete\rkeep\u001b[K', 'keep'],
  ['concealed text', 'a\u001b[8mb\u001b[0mc', 'a c'],
  ['a link, which shows its text', '\u001b]8;;https://x.example\u0007here\u001b]8;;\u0007', 'here'],
  ['colours', '\u001b[31mred\u001b[0m', 'red'],
])('a terminal shows %s as a person sees it', ([, text, seen]) => {
  expect(screenOf(text as string).join('\n')).toBe(seen);
});
