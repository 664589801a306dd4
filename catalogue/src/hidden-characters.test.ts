import { expect, test } from 'vitest';
import { showHidden } from './hidden-characters.ts';

test.for<[string, string]>([
  ['\u001b[31mred\u0007', '\\u{1b}[31mred\\u{7}'],
  ['over\rwritten', 'over\\u{d}written'],
  ['a\u200bb\u202ec\ufeff', 'a\\u{200b}b\\u{202e}c\\u{feff}'],
  ['\u{e0041}\u{e0042}', '\\u{e0041}\\u{e0042}'],
  ['a\u200db', 'a\\u{200d}b'],
  ['x\ue000\ud800', 'x\\u{e000}\\u{d800}'],
  ['a\u200fb', 'a\\u{200f}b'],
  ['a\u2028b\u0085', 'a\\u{2028}b\\u{85}'],
])('%j is shown as %s', ([text, shown]) => expect(showHidden(text)).toBe(shown));

test.for([
  'lines\nand\ttabs\r\n',
  'Zürich, 東京 & Ελλάδα',
  '👩‍👩‍👧 ❤️ 🏴\u{e0067}\u{e0062}\u{e007f}',
  'می‌خواهم',
  'שלום\u200f',
])('%j stays as it is', (text) => expect(showHidden(text)).toBe(text));
