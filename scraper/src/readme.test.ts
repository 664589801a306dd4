import { expect, test } from 'vitest';
import { configurationFromReadme } from './readme.ts';

const readme = (block: string) => `# Notes\n\nAdd this:\n\n\`\`\`json\n${block}\n\`\`\`\n`;
const read = (block: string) => configurationFromReadme(readme(block), '@acme/notes', 'notes');

test('arguments after the package and variables are taken, personal values are not', () => {
  expect(
    read(`{
  // for the desktop client
  "mcpServers": {
    "notes": {
      "command": "npx",
      "args": ["-y", "@acme/notes@latest", "serve", "--api-key=YOUR_KEY", "--mode", "read-only", "/Users/me/notes"],
      "env": { "NOTES_TOKEN": "real-looking-secret", "NOTES_MODE": "local", "NOTES_URL": "https://notes.acme.dev", "X": 7 },
    },
  },
}`),
  ).toEqual({
    args: ['serve', '--api-key=placeholder', '--mode', 'read-only', '{dir}'],
    env: { NOTES_TOKEN: 'placeholder', NOTES_MODE: 'local', NOTES_URL: 'https://example.com' },
  });
});

test('an entry without its outer braces is read', () => {
  expect(read('"notes": { "command": "npx", "args": ["@acme/notes", "mcp"] }')).toEqual({
    args: ['mcp'],
    env: {},
  });
});

test('an entry that starts the command itself is read', () => {
  expect(read('{"mcpServers": {"n": {"command": "notes", "args": ["--stdio"]}}}')?.args).toEqual([
    '--stdio',
  ]);
});

test.for([
  '{"mcpServers": {"other": {"command": "npx", "args": ["-y", "other-package"]}}}',
  '{"mcpServers": {"docker": {"command": "docker", "args": ["run", "acme/notes"]}}}',
  '{"mcpServers": null, "args": []}',
  'not json "args"',
])('nothing is taken from %j', (block) => {
  expect(read(block)).toBeUndefined();
});
