import { expect, test } from 'vitest';
import type { Server } from '../http/world.ts';
import { JoinedShelf } from './joined-servers.ts';

const server = (name: string): [string, Server] => [
  name,
  { name, config: { url: `http://${name}.example.com/mcp` }, target: undefined, pins: undefined },
];

test('grants that name the same servers share one place, for as long as none of these changes', () => {
  const shelf = new JoinedShelf();
  const setup = { servers: new Map([server('a'), server('b'), server('c')]) };
  const joined = shelf.of(setup, ['b', 'a', 'gone']);
  expect(joined.servers.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(shelf.of(setup, ['gone', 'a', 'b'])).toBe(joined);
  const other = new Map([...setup.servers, server('c')]);
  expect(shelf.isCurrent({ servers: other }, joined)).toBe(true);
  expect(shelf.isCurrent({ servers: new Map([...other, server('a')]) }, joined)).toBe(false);
});

test('however many other sets of servers are asked for, one in use stays what it is', () => {
  const shelf = new JoinedShelf();
  const setup = { servers: new Map([server('a')]) };
  const used = shelf.of(setup, ['a']);
  for (let n = 0; n < 3_000; n++) {
    shelf.of(setup, ['a', `other-${n}`]);
    if (n % 500 === 0) expect(shelf.isCurrent(setup, used)).toBe(true);
  }
  expect(shelf.isCurrent(setup, used)).toBe(true);
});
