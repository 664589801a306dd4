import { createHash } from 'node:crypto';
import { CONTENT_SECURITY_POLICY } from '../lib/csp.ts';
import type { BuiltSite } from './site-files.ts';

/** Pages without the content security policy, or with a script, style or handler in them that it would have to let through. */
export async function unsafePages(site: BuiltSite): Promise<string[]> {
  const found: string[] = [];
  for (const page of site.pages) {
    const faults = faultsOf(await site.read(page));
    found.push(...faults.map((fault) => `${page}: ${fault}`));
  }
  return found;
}

function faultsOf(html: string): string[] {
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
  const faults: string[] = [];
  if (policy?.replaceAll('&#39;', "'") !== CONTENT_SECURITY_POLICY)
    faults.push('no content security policy, or another one');
  // Text is escaped, so an equals sign before a quotation mark is an attribute's.
  const bare = html.replace(/="[^"]*"/g, '=""');
  for (const [, script = ''] of bare.matchAll(/<script>([^<]*)<\/script>/g)) {
    const hash = createHash('sha256').update(script).digest('base64');
    if (!CONTENT_SECURITY_POLICY.includes(`'sha256-${hash}'`))
      faults.push('an inline script that the policy does not name');
  }
  if (/<[a-z][^<>]*\s(?:style|on[a-z]+)=/i.test(bare))
    faults.push('an inline style or handler of an event');
  return faults;
}
