import { describe, expect, test } from 'vitest';
import { binsOf, chooseBinName } from './choose-bin.ts';

describe('the command of a package', () => {
  test.for([
    ['a single string is linked under the last part', '@acme/notes', 'x.js', 'notes'],
    [
      'a scoped key is linked under its last part',
      '@acme/notes',
      { '@acme/notes-mcp': 'x.js' },
      'notes-mcp',
    ],
    ['the package’s own name wins', 'notes', { other: 'a.js', notes: 'b.js' }, 'notes'],
    ['else one that says mcp', 'notes', { cli: 'a.js', 'notes-mcp': 'b.js' }, 'notes-mcp'],
    ['several names for one file are one command', 'x', { a: 'i.js', b: 'i.js' }, 'a'],
    ['none is none', 'x', {}, undefined],
    ['two strangers are none', 'x', { a: 'a.js', b: 'b.js' }, undefined],
    ['a name that is a path is none', 'x', { '../../bin/..': 'a.js', 'a b': 'b.js' }, undefined],
    ['a mistyped entry is none', 'x', { x: 7 }, undefined],
  ] as const)('%s', ([, name, bin, expected]) => {
    expect(chooseBinName(binsOf(name, { bin }), name, undefined)).toBe(expected);
  });

  test('a person’s choice wins, where the package has it', () => {
    const bins = binsOf('notes', { bin: { notes: 'a.js', admin: 'b.js' } });
    expect(chooseBinName(bins, 'notes', 'admin')).toBe('admin');
    expect(chooseBinName(bins, 'notes', 'node')).toBeUndefined();
  });
});
