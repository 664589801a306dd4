// The full-text index of a site, made again by itself: `index-child.ts <site> <out>`.
import { readState } from '../../site/src/build-state.ts';
import { writeIndex } from '../../site/src/write-index.ts';

const [site = '', out = ''] = process.argv.slice(2);
const state = await readState(site);
const records = [...(state?.servers.values() ?? [])].flatMap(({ search }) =>
  search.length > 0 ? [search] : [],
);
await writeIndex(records, out);
console.log(records.length);
