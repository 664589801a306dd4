import type { Plugin } from 'esbuild';

/** Commands that need the repository: they build the site, or work through Redis with packages that we do not bundle. */
const absentCommands = ['build', 'refresh', 'queue', 'worker'] as const;

/** Puts in the place of a command that the package leaves out one that says so. */
export const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`/commands/(${absentCommands.join('|')})\\.ts$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'absent' }));
    onLoad({ filter, namespace: 'absent' }, ({ path }) => {
      const name = filter.exec(path)?.[1] ?? '';
      return { contents: absent(name), loader: 'js' };
    });
  },
};

const absent = (name: string) => `
const message = ${JSON.stringify(`${name}: not part of the installed command; run it in a clone of the repository`)};
export const ${name}Command = {
  name: ${JSON.stringify(name)},
  summary: 'only in a clone of the repository',
  async run(args, io) {
    io.err('toolwarden ' + message);
    return 2;
  },
};
`;
