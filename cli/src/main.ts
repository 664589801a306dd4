import { loaders } from './loaders.ts';
import { runProcess } from './run-process.ts';

await runProcess(loaders);
