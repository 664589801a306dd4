// One build, for a process of its own: `build-child.ts <data> <out> [html]`; its last line is the result.
import { buildSite } from '../../site/src/index.ts';

const [dataDir = '', outDir = '', only] = process.argv.slice(2);
const result = await buildSite({ dataDir, outDir, ...(only === 'html' && { only }) });
console.log(JSON.stringify({ ...result, problems: result.problems.length }));
