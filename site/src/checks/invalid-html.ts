import { HtmlValidate, StaticConfigLoader } from 'html-validate';
import type { BuiltSite } from './site-files.ts';

/** What is not valid HTML in some pages of a site, by line. */
export async function invalidHtml(site: BuiltSite, pages: readonly string[]): Promise<string[]> {
  const standard = { root: true, extends: ['html-validate:standard'] };
  const validator = new HtmlValidate(new StaticConfigLoader(standard));
  const found: string[] = [];
  for (const page of pages) {
    const { results } = await validator.validateString(await site.read(page));
    for (const { messages } of results)
      for (const { line, ruleId, message } of messages)
        found.push(`${page}:${line}: ${ruleId}: ${message}`);
  }
  return found;
}
