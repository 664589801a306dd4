import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policySchema } from '@toolwarden/policy';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtSite } from './testing/built-site.ts';
import { axeViolations, hasChromium, openPage, tabTo, watchPage } from './testing/chromium.ts';

const FIXTURES = join(import.meta.dirname, '../../catalogue/fixtures');
const ATTACKS = join(import.meta.dirname, '../../data/attacks');
const TOOL = '/servers/npm__fixture__campaigns/tools/send_campaign';
/** One page of each type. */
const PAGES = [
  '/',
  '/servers',
  '/servers/npm__fixture__campaigns',
  '/servers/npm__fixture__wants-backend',
  TOOL,
  '/servers/npm__fixture__notes/tools/delete_note',
  '/servers/npm__fixture__unclassified-tool/tools/ping',
  '/servers/npm__fixture__hidden-instruction/tools/get_weather',
  '/risk',
  '/risk/medium',
  '/categories',
  '/categories/execute',
  '/traits',
  '/traits/destructive',
  '/attacks',
  '/attacks/lethal-trifecta',
  '/attacks/cve-2025-6514-mcp-remote',
  '/attacks/by/control/approval',
  '/attacks/by/framework/cwe',
  '/search?q=create&level=Medium',
  '/method',
  '/data',
  '/failures',
  '/areas',
  '/publishers',
  '/publishers/@fixture',
  '/changes',
  '/no-such-page',
];

describe.skipIf(!hasChromium)('in Chromium', () => {
  const site = builtSite(async (folder) => {
    // The whole attack database, so that a search is tried against all that could stand before an entry.
    const dataDir = join(folder, 'data');
    await cp(FIXTURES, dataDir, { recursive: true });
    await cp(ATTACKS, join(dataDir, 'attacks'), { recursive: true });
    return dataDir;
  });
  let hostilePages: string[];
  beforeAll(async () => {
    const lines = (await readFile(join(site.dir, 'api/v1/tools.jsonl'), 'utf8'))
      .trimEnd()
      .split('\n');
    const urls = lines.map((line) => (JSON.parse(line) as { url: string }).url);
    hostilePages = urls.filter((url) => url.includes('hostile-text'));
  });

  /** Runs with a fresh page; whatever a page of ours must never do fails the test. */
  async function withPage(
    options: BrowserContextOptions,
    use: (page: Page) => Promise<void>,
    expected: unknown = [],
  ) {
    const context = await site.browser.newContext(options);
    const page = await context.newPage();
    const faults = watchPage(page, site.url);
    try {
      await use(page);
      // Chromium itself reports the status of a page that is not there.
      expect(faults.filter((fault) => !fault.includes('status of 404'))).toEqual(expected);
    } finally {
      await context.close();
    }
  }
  const open = (page: Page, path: string) => openPage(page, site.url + path);

  test('a person finds a tool with the keyboard and copies a policy that the schema accepts', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    await withPage({ permissions }, async (page) => {
      await open(page, '/');
      await page.keyboard.press('/');
      await page.keyboard.type('send campaign');
      await page.waitForSelector('[data-results] a');
      await page.keyboard.press('Enter');
      await page.waitForURL(`**${TOOL}`);
      expect(await page.textContent('h1')).toBe('send_campaign');
      expect(await page.textContent('.verdict-level')).toContain('High');
      await tabTo(page, '.policy[data-profile=recommended] [data-copy]');
      await page.keyboard.press('Enter');
      await page.waitForSelector('text=Copied');
      const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
      expect(policySchema.safeParse(copied).success).toBe(true);
      expect(Object.keys(copied.tools)).toEqual(['send_campaign']);
    });
  });

  test('an arrow pressed while one still types goes to the results of the whole word', async () => {
    await withPage({}, async (page) => {
      await open(page, '/method');
      await page.keyboard.press('Control+k');
      await page.keyboard.type('i');
      await page.waitForSelector('dialog [data-results] a');
      const before = await page.textContent('dialog [data-status]');
      await page.keyboard.type('ssue');
      await page.keyboard.press('ArrowDown');
      await page.waitForFunction(
        (status) => document.querySelector('dialog [data-status]')?.textContent !== status,
        before,
      );
      await page.waitForSelector('dialog [data-results] li:first-child a:focus');
    });
  });

  test('the search opens anywhere, moves by arrows, closes by Escape and gives the focus back', async () => {
    await withPage({}, async (page) => {
      await open(page, '/method');
      const opener = page.locator('[data-open-search]');
      await opener.focus();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('issue');
      await page.waitForSelector('dialog [data-results] a');
      const focused = () => page.evaluate(() => document.activeElement?.getAttribute('href'));
      await page.keyboard.press('ArrowDown');
      await page.waitForSelector('dialog [data-results] a:focus');
      const first = await focused();
      await page.keyboard.press('ArrowDown');
      expect(await focused()).not.toBe(first);
      await page.keyboard.press('ArrowUp');
      expect(await focused()).toBe(first);
      await page.keyboard.press('ArrowUp');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('q');
      expect(await page.textContent('dialog [data-status]')).toMatch(/^\d+ results/);
      await page.keyboard.press('Escape');
      expect(await page.locator('dialog').isVisible()).toBe(false);
      expect(await opener.evaluate((link) => link === document.activeElement)).toBe(true);
    });
  });

  test('a slash typed into a field is a slash', async () => {
    await withPage({}, async (page) => {
      await open(page, '/search');
      await page.click('input[name=q]');
      await page.keyboard.type('a/b');
      expect(await page.inputValue('input[name=q]')).toBe('a/b');
    });
  });

  test('what is typed or chosen before the search is there stays', async () => {
    await withPage({}, async (page) => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route('**/_astro/search-panel*', async (route) => {
        await held;
        await route.continue();
      });
      await open(page, '/search?q=label&category=Write');
      await page.click('input[name=q]');
      await page.keyboard.type('campaign');
      release();
      await page.waitForSelector('[data-results] a');
      expect(await page.inputValue('input[name=q]')).toBe('campaign');
      expect(await page.isChecked('input[name=category][value=Write]')).toBe(true);
      expect(await page.textContent('[data-results]')).toContain('campaign');
    });
  });

  test('query and filters stand in the address and come back from it', async () => {
    await withPage({}, async (page) => {
      await open(page, '/search');
      await page.fill('input[name=q]', 'label');
      await page.check('input[name=category][value=Read]');
      await page.waitForFunction(() => location.search.includes('category=Read'));
      await page.waitForFunction(() => document.querySelectorAll('[data-results] a').length === 2);
      const address = page.url();
      await open(page, '/');
      await openPage(page, address);
      await page.waitForFunction(() => document.querySelectorAll('[data-results] a').length === 2);
      expect(await page.inputValue('input[name=q]')).toBe('label');
      await page.selectOption('[data-servers]', 'npm__fixture__shell');
      await page.waitForFunction(() => location.search.includes('server=npm__fixture__shell'));
      await page.waitForFunction(() => document.querySelectorAll('[data-results] a').length === 0);
      const status = () => page.textContent('[data-status]');
      await expect.poll(status).toBe('Nothing fits these filters. Without them there may be more.');
      await open(page, '/search?q=%D1%91%D0%B6%D0%B8%D0%BA');
      await expect.poll(status).toContain('No name has these words');
    });
  });

  test.for([
    ['CVE-2025-6514', 'cve-2025-6514-mcp-remote'],
    ['rug pull', 'rug-pull'],
    ['SAF-T1001', 'tool-poisoning'],
    ['SAFE-T1001', 'tool-poisoning'],
    ['lethal trifecta', 'lethal-trifecta'],
  ] as const)('a search for %s finds the attack first', async ([query, id]) => {
    await withPage({}, async (page) => {
      await open(page, `/search?q=${encodeURIComponent(query)}`);
      await page.waitForSelector('[data-results] a');
      const first = page.locator('[data-results] a').first();
      expect(await first.getAttribute('href')).toBe(`/attacks/${id}`);
      expect(await first.textContent()).toContain('Attack');
    });
  });

  test.for([
    ['deleteLabel', 'delete_label'],
    ['send-campaign', 'send_campaign'],
    ['CREATE_ISSUE', 'create_issue'],
    ['label.delete', 'delete_label'],
  ] as const)('a search for %s finds the tool of that name first', async ([query, name]) => {
    await withPage({}, async (page) => {
      await open(page, `/search?q=${encodeURIComponent(query)}`);
      await page.waitForSelector('[data-results] a');
      const first = page.locator('[data-results] a').first();
      expect(await first.locator('.result-name').textContent()).toBe(name);
    });
  });

  test('by keyboard alone an attack is found by its CVE and a policy of it copied as it is written', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    await withPage({ permissions }, async (page) => {
      await open(page, '/attacks');
      await tabTo(page, 'main [data-open-search]');
      await page.keyboard.press('Enter');
      await page.keyboard.type('CVE-2025-53110');
      await page.waitForSelector('dialog [data-results] a');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/attacks/cve-2025-53110*');
      await tabTo(page, '.controls [data-copy]');
      await page.keyboard.press('Enter');
      await page.waitForSelector('text=Copied');
      const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
      expect(policySchema.safeParse(copied).success).toBe(true);
      expect(Object.keys(copied.tools)).toContain('read_file');
    });
  });

  test('without JavaScript the attacks are narrowed down by links', async () => {
    await withPage({ javaScriptEnabled: false }, async (page) => {
      await open(page, '/attacks');
      await page.locator('summary', { hasText: 'What stops or bounds it' }).click();
      await page.click('a[href="/attacks/by/control/hide"]');
      await page.waitForURL('**/attacks/by/control/hide');
      expect(await page.textContent('h1')).toBe('Hiding');
      const first = page.locator('.attack-list a').first();
      const address = await first.getAttribute('href');
      await first.click();
      await page.waitForURL(`**${address}`);
      expect(await page.textContent('main')).toContain('What does not stop it');
    });
  });

  test('without JavaScript a tool’s page shows everything but the buttons', async () => {
    await withPage({ javaScriptEnabled: false }, async (page) => {
      await open(page, TOOL);
      const text = await page.innerText('main');
      for (const part of [
        'High',
        'Execute',
        'Send an existing scheduled campaign immediately',
        'campaignId',
        '"send_campaign"',
        'sha256:',
        'readOnlyHint',
        'npm:@fixture/campaigns',
      ])
        expect(text).toContain(part);
      expect(await page.locator('.copy').first().isVisible()).toBe(false);
      await page.check('input[value=strict]');
      expect(await page.locator('.policy[data-profile=strict]').isVisible()).toBe(true);
      expect(await page.locator('.policy[data-profile=recommended]').isVisible()).toBe(false);
      await open(page, '/search');
      expect(await page.innerText('main')).toContain('needs JavaScript');
      expect(await page.locator('a[href="/risk/critical"]').isVisible()).toBe(true);
    });
  });

  test('S1, S3, S5: hostile words in every field stay words, and push nothing off a phone’s screen', async () => {
    await withPage({ viewport: { width: 360, height: 740 } }, async (page) => {
      expect(hostilePages).toHaveLength(4);
      const server = '/servers/npm__fixture__hostile-text';
      for (const path of [
        server,
        ...hostilePages,
        '/servers',
        '/failures',
        '/risk/unclassified',
        '/risk/medium',
      ]) {
        await open(page, path);
        const found = await page.evaluate(() => ({
          isRun: 'pwned' in window || document.title === 'pwned',
          width: document.documentElement.scrollWidth,
          links: [...document.querySelectorAll('a, area, form, iframe, object, embed, img')]
            .map(
              (part) =>
                part.getAttribute('href') ??
                part.getAttribute('src') ??
                part.getAttribute('action') ??
                '',
            )
            .filter((target) => !/^(\/|#|https:)/.test(target) || target.startsWith('//')),
          handlers: [...document.querySelectorAll('*')].filter((part) =>
            part
              .getAttributeNames()
              .some((name) => name.startsWith('on') || name === 'style' || name === 'autofocus'),
          ).length,
          scripts: [...document.scripts].filter(
            (script) => script.text.includes('pwned') && script.type !== 'application/ld+json',
          ).length,
          data: [...document.scripts]
            .filter((script) => script.type === 'application/ld+json')
            .every((script) => JSON.parse(script.text)),
        }));
        expect(found, path).toEqual({
          isRun: false,
          width: 360,
          links: [],
          handlers: 0,
          scripts: 0,
          data: true,
        });
      }
      await open(page, server);
      expect(await page.locator('.hidden-char', { hasText: 'U+202E' }).count()).toBeGreaterThan(0);
    });
  });

  test('S1: hostile words in a search result stay words', async () => {
    await withPage({}, async (page) => {
      await open(page, '/search?q=pwned');
      await page.waitForSelector('[data-results] a');
      expect(await page.locator('[data-results] :is(script, img, svg)').count()).toBe(0);
      expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
    });
  });

  test('S2: a script that got into a page would not run', async () => {
    await withPage(
      {},
      async (page) => {
        await page.route('**/risk', async (route) => {
          const response = await route.fetch();
          const body = (await response.text()).replace(
            '<main',
            '<script>window.pwned=1</script><main',
          );
          await route.fulfill({ response, body });
        });
        const blocked = page.waitForEvent('console', (message) =>
          message.text().includes('Content Security Policy'),
        );
        await open(page, '/risk');
        await blocked;
        expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
      },
      [expect.stringContaining('violates the following Content Security Policy')],
    );
  });

  test('the theme is chosen by the button and kept', async () => {
    await withPage({ colorScheme: 'light' }, async (page) => {
      await open(page, '/risk');
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await background();
      await page.click('[data-theme-button]');
      await page.click('[data-theme-button]');
      const dark = await background();
      expect(dark).not.toBe(light);
      await open(page, '/method');
      expect(await background()).toBe(dark);
    });
  });

  test.for(PAGES)(
    '%s has no accessibility violations, light or dark, and fits a phone',
    async (path) => {
      await withPage({ viewport: { width: 360, height: 740 } }, async (page) => {
        await open(page, path);
        if (path.startsWith('/search?')) await page.waitForSelector('[data-results] a');
        // The widths are those of our own fonts.
        await page.evaluate(() => document.fonts.ready);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
        await page.setViewportSize({ width: 1280, height: 900 });
        expect(await axeViolations(page)).toEqual([]);
      });
    },
  );
});
