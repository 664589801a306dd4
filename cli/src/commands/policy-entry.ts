import type { Command } from '../command.ts';
import { policyCommand } from './policy.ts';

// The policy commands parse their own words, `--help` included.
export const policyEntry: Command = {
  name: 'policy',
  summary: 'check, try, merge, recommend and learn policies',
  run: (args, io) => policyCommand(args, io),
};
