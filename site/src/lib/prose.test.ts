import { expect, test } from 'vitest';
import { proseSections } from './prose.ts';

test('headings, paragraphs and lists are read, and lines that belong together are joined', () => {
  const body = '## First\n\nOne\nline.\n\n1. a\n   b\n2. c\n\n- d\n\n## Second\n';
  expect(proseSections(body)).toEqual([
    {
      title: 'First',
      blocks: [
        { paragraph: [{ text: 'One line.' }] },
        { items: [[{ text: 'a b' }], [{ text: 'c' }]], isOrdered: true },
        { items: [[{ text: 'd' }]], isOrdered: false },
      ],
    },
    { title: 'Second', blocks: [] },
  ]);
});

test('code, strong words and https links are pieces; HTML and every other link stay text', () => {
  const [section] = proseSections(
    '## A\n\n`x` **y** [z](https://e.example/a) <img src=x onerror=alert(1)> [w](javascript:alert(1))',
  );
  expect(section?.blocks).toEqual([
    {
      paragraph: [
        { code: 'x' },
        { text: ' ' },
        { strong: 'y' },
        { text: ' ' },
        { link: 'z', href: 'https://e.example/a' },
        { text: ' <img src=x onerror=alert(1)> [w](javascript:alert(1))' },
      ],
    },
  ]);
});

test('words before the first heading are kept, and no words give no section', () => {
  expect(proseSections('Hello.\n\n## A\n')).toMatchObject([
    { title: '', blocks: [{ paragraph: [{ text: 'Hello.' }] }] },
    { title: 'A' },
  ]);
  expect(proseSections('\n\n')).toEqual([]);
});

test('a long line of opened marks is read in good time and stays text', () => {
  const text = '['.repeat(50_000);
  expect(proseSections(`## A\n\n${text}`)[0]?.blocks).toEqual([{ paragraph: [{ text }] }]);
});
