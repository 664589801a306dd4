import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page, Response } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { pageTypes } from './checks/page-types.ts';
import { openSite } from './checks/site-files.ts';
import { builtSite } from './testing/built-site.ts';
import { hasChromium } from './testing/chromium.ts';

const DATA = join(import.meta.dirname, '../../data');

describe.skipIf(!hasChromium)('what pages of the committed catalogue move', () => {
  const site = builtSite(async () => DATA);

  /** Bytes and addresses of all that is fetched while something is done; the test's server compresses nothing. */
  async function moved(page: Page, act: () => Promise<unknown>) {
    const bodies: Promise<{ url: string; bytes: number }>[] = [];
    const note = (response: Response) =>
      bodies.push(response.body().then((body) => ({ url: response.url(), bytes: body.length })));
    page.context().on('response', note);
    await act();
    await page.waitForLoadState('networkidle');
    page.context().off('response', note);
    const all = await Promise.all(bodies);
    return {
      urls: all.map(({ url }) => new URL(url).pathname),
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  test('the first answer takes four requests and less than 100 kB, the next none, full text less than 300 kB', async () => {
    const page = await site.browser.newPage();
    await page.goto(`${site.url}/method`, { waitUntil: 'networkidle' });
    const first = await moved(page, async () => {
      await page.keyboard.press('/');
      await page.keyboard.type('send');
      await page.waitForSelector('dialog [data-results] a');
    });
    expect(first.urls.length, first.urls.join(' ')).toBeLessThanOrEqual(4);
    expect(first.urls.length).toBeGreaterThan(1);
    expect(first.bytes).toBeLessThan(100_000);
    const next = await moved(page, async () => {
      await page.keyboard.type(' message');
      await page.waitForFunction(() =>
        document.querySelector('dialog [data-results] a')?.textContent?.includes('message'),
      );
    });
    expect(next.urls).toEqual([]);
    const text = await moved(page, async () => {
      await page.locator('dialog .more', { hasText: 'descriptions' }).click();
      await page.waitForSelector('dialog [data-status]:has-text("In descriptions")');
    });
    expect(text.urls.length).toBeGreaterThan(2);
    expect(text.bytes, text.urls.join(' ')).toBeLessThan(300_000);
  }, 120_000);

  test('a page takes at most 60 kB compressed without fonts, tools’ pages of middle and largest size too, and nothing on it shifts', async () => {
    const { typical, largest } = await toolPages();
    for (const path of [typical, largest, '/', '/attacks'])
      for (const width of [360, 1280]) {
        const { bytes, shift } = await firstView(path, width);
        expect(bytes, path).toBeGreaterThan(5_000);
        expect(bytes, path).toBeLessThan(60_000);
        expect(shift, path).toBe(0);
      }
  }, 240_000);

  /** Bytes of all but fonts, compressed as a host would, and how far things moved while the page came. */
  async function firstView(path: string, width: number): Promise<{ bytes: number; shift: number }> {
    const page = await site.browser.newPage({ viewport: { width, height: 800 } });
    const bodies: Promise<number>[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() !== 'font')
        bodies.push(response.body().then((body) => gzipSync(body).length));
    });
    await page.addInitScript(() => {
      const seen = window as unknown as { shift: number };
      seen.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          seen.shift += (entry as unknown as { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(site.url + path, { waitUntil: 'networkidle' });
    const sizes = await Promise.all(bodies);
    const shift = await page.evaluate(() => (window as unknown as { shift: number }).shift);
    await page.close();
    return { bytes: sizes.reduce((sum, each) => sum + each, 0), shift };
  }

  async function toolPages(): Promise<{ typical: string; largest: string }> {
    const { dir } = site;
    const types = await pageTypes(dir, await openSite(dir));
    const found = types.find(({ type }) => type === '/servers/*/tools/*');
    const [typical = '', largest = ''] = [found?.typical, found?.largest].map((file) =>
      file?.replace(/\.html$/, ''),
    );
    return { typical, largest };
  }
});
