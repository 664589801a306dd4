import type { Plugin } from 'rolldown';

/** Commands that need the repository: they build the site, or work through Redis with packages that we do not bundle. */
const absentCommands = ['build', 'refresh', 'queue', 'worker'] as const;

const PREFIX = '\0absent:';

/** Puts in the place of a command that the package leaves out one that says so. */
export const leaveOut: Plugin = {
  name: 'leave-out',
  resolveId(source) {
    const [, name] = ASKED.exec(source) ?? [];
    return name === undefined ? null : `${PREFIX}${name}`;
  },
  load: (id) => (id.startsWith(PREFIX) ? absent(id.slice(PREFIX.length)) : null),
};

const ASKED = new RegExp(`/commands/(${absentCommands.join('|')})\\.ts$`);

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
