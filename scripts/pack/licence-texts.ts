import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licences of all packages of others in a bundle, each with its text, as their licences ask. */
export function licenceTexts(modules: readonly string[]): string {
  const folders = modules.flatMap((path) => {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
    return folder === undefined ? [] : [folder];
  });
  const texts = [...new Set(folders)].sort().flatMap((folder) => {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) return [];
    const { name, version, license } = JSON.parse(readFileSync(file, 'utf8'));
    const files = globSync('{LICENSE,LICENCE,license,NOTICE}*', { cwd: folder }).sort();
    const words = files.map((each) => readFileSync(join(folder, each), 'utf8').trim());
    return [`${name} ${version} (${license})\n\n${words.join('\n\n')}`];
  });
  return `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
