import { axeViolations, launchChromium, watchPage } from '../testing/chromium.ts';
import { serveForTest } from '../testing/static-server.ts';

export type BrowserCheck = { opened: number; faults: string[] };

/**
 * Opens pages of a built site in Chromium, as wide as a phone: nothing may be wider than it, run wrong or reach for another
 * host. Those of `examined` are also looked at by axe, in light and dark.
 */
export async function faultsInBrowser(
  dir: string,
  { opened, examined }: { opened: readonly string[]; examined: readonly string[] },
  onProgress: (done: number, total: number) => void,
): Promise<BrowserCheck> {
  const site = await serveForTest(dir);
  const browser = await launchChromium();
  const all = [...new Set([...examined, ...opened])];
  const found: string[] = [];
  try {
    for (const [index, file] of all.entries()) {
      const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
      const page = await context.newPage();
      const faults = watchPage(page, site.url);
      const path = file.replace(/\.html$/, '').replace(/^\/index$/, '/');
      await page.goto(`${site.url}${path}`, { waitUntil: 'networkidle' });
      const width = await page.evaluate('document.documentElement.scrollWidth');
      if (width !== 360) faults.push(`${width} px wide on a phone of 360`);
      if (examined.includes(file)) {
        await page.setViewportSize({ width: 1280, height: 900 });
        faults.push(...(await axeViolations(page)));
      }
      found.push(...faults.map((fault) => `${file}: ${fault}`));
      await context.close();
      onProgress(index + 1, all.length);
    }
  } finally {
    await browser.close();
    site.close();
  }
  return { opened: all.length, faults: found };
}
