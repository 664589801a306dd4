import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinedAddress, placeOfAddress } from './joined-address.ts';
import { isReadableServer, joinedName, placeOfName } from './joined-name.ts';

/** Names made to run into each other: separators, ends that look like beginnings, digests, long ones. */
const hostile = [
  ...['a', 'a_', 'a__', 'a__b', '_', '__', '_a', '__a', 'a-', 'a.b', 'b', '_b', '__b', 'b__c', 'A'],
  ...[
    joinedName('a.b', 'c'),
    joinedName('a', 'x.y'),
    'x'.repeat(61),
    'x'.repeat(62),
    'x'.repeat(128),
  ],
];
const isServer = (name: string) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name);
const servers = fc.oneof(
  fc.constantFrom(...hostile.filter(isServer)),
  fc.stringMatching(/^[ab][ab_.-]{0,6}$/),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/),
);
const tools = fc.oneof(
  fc.constantFrom(...hostile),
  fc.stringMatching(/^[ab_.-]{1,8}$/),
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,128}$/),
  fc.string({ unit: 'binary', maxLength: 80 }),
);
const pairs = fc.tuple(servers, tools);

test('C2: no two tools of any servers share a joined name, and every client takes it', () => {
  fc.assert(
    fc.property(pairs, pairs, ([server, tool], [otherServer, otherTool]) => {
      const joined = joinedName(server, tool);
      expect(joined).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      const isSame = server === otherServer && tool === otherTool;
      expect(joined === joinedName(otherServer, otherTool)).toBe(isSame);
    }),
    { numRuns: 5_000 },
  );
  // Every pair of the hostile ones, not only those that chance brings together.
  const all = hostile
    .filter(isServer)
    .flatMap((server) => hostile.map((tool) => [server, tool] as const));
  expect(new Set(all.map(([server, tool]) => joinedName(server, tool))).size).toBe(all.length);
});

test('C2: a joined name is read back as what it was made of, or as the digest that it is', () => {
  fc.assert(
    fc.property(pairs, ([server, tool]) => {
      const joined = joinedName(server, tool);
      const place = placeOfName(joined);
      expect(place).toEqual(
        joined.startsWith('_') ? { digestName: joined } : { server, name: tool },
      );
    }),
    { numRuns: 5_000 },
  );
});

test('whatever is no joined name leads nowhere', () => {
  for (const name of ['', 'a', '__a', 'a__', 'a.b__c', 'a__b.c', `a__${'x'.repeat(62)}`, '_a_b']) {
    expect(placeOfName(name), name).toBe(undefined);
  }
  // What reads as a server's tool is that one only.
  expect(placeOfName('a___b')).toEqual({ server: 'a', name: '_b' });
  expect(placeOfName('a__b__c')).toEqual({ server: 'a', name: 'b__c' });
});

test('a name stays what it is when the program is another one', () => {
  expect(joinedName('notes', 'search')).toBe('notes__search');
  expect(joinedName('notes', 'files.read')).toBe('_notes__files_read_yrrsuj7g2xheygcdbztjuwibl6');
  expect(joinedAddress('notes', 'file:///a b')).toBe('toolwarden:notes:file:///a b');
});

test('addresses of two servers never meet, and lead back to where they came from', () => {
  const addresses = fc.oneof(
    fc.constantFrom('', ':', 'a:b', 'toolwarden:a:x', 'file:///{path}', '{+uri}'),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(servers, addresses, (server, address) => {
      expect(placeOfAddress(joinedAddress(server, address))).toEqual({ server, address });
    }),
  );
  for (const address of ['', 'toolwarden:', 'toolwarden:a', 'toolwarden::x', 'Toolwarden:a:x']) {
    expect(placeOfAddress(address), address).toBe(undefined);
  }
});

test('a server whose name would not show in its tools’ names is known by its name', () => {
  for (const name of ['notes', 'my-notes', 'my_notes', 'n2']) {
    expect(isReadableServer(name)).toBe(true);
    expect(joinedName(name, 'a_tool_with_a_rather_long_name')).toBe(
      `${name}__a_tool_with_a_rather_long_name`,
    );
  }
  for (const name of ['my.notes', 'a__b', 'a_', 'x'.repeat(33)]) {
    expect(isReadableServer(name), name).toBe(false);
  }
});
