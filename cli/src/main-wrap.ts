// What the packed command starts as `wrap`: the same, with nothing of the other commands in its way.
import { wrapCommand } from './commands/wrap.ts';
import { runProcess } from './run-process.ts';

// Not awaited: what is loaded later may be bundled to import this file.
void runProcess({ wrap: { summary: wrapCommand.summary, load: async () => wrapCommand } });
