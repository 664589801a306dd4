import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { type Policy, policySchema } from '@toolwarden/policy';
import type { BrowserContextOptions, Page, Request } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { builtSite } from './testing/built-site.ts';
import { axeViolations, hasChromium, openPage, tabTo, watchPage } from './testing/chromium.ts';

const FIXTURES = join(import.meta.dirname, '../../catalogue/fixtures');
const ATTACK = join(import.meta.dirname, '../../data/attacks/lethal-trifecta.md');
const SECRET = 'hunter2-never-to-be-seen';
const PRIVATE = '@acme-internal/payroll';
const CONFIGURATION = JSON.stringify({
  mcpServers: {
    mailing: {
      command: 'npx',
      args: ['-y', '@fixture/campaigns@9.9.9', `--key=${SECRET}`],
      env: { TOKEN: SECRET },
    },
    notes: { command: 'npx', args: ['-y', '@fixture/notes'] },
    payroll: { command: 'npx', args: ['-y', PRIVATE], env: { PASSWORD: SECRET } },
    local: { command: `/home/${SECRET}/bin/server`, args: [SECRET] },
    jobs: { url: `https://jobs.fixture.example/mcp?token=${SECRET}` },
  },
});

describe.skipIf(!hasChromium)('in Chromium', () => {
  const site = builtSite(async (folder) => {
    const dataDir = join(folder, 'data');
    await cp(FIXTURES, dataDir, { recursive: true });
    await cp(ATTACK, join(dataDir, 'attacks/lethal-trifecta.md'));
    return dataDir;
  });

  /** Runs with a fresh page; what a page of ours must never do fails the test. */
  async function withPage(
    options: BrowserContextOptions,
    use: (page: Page, requests: Request[]) => Promise<void>,
    expected: unknown = [],
  ) {
    const context = await site.browser.newContext(options);
    const requests: Request[] = [];
    const page = await context.newPage();
    const faults = watchPage(page, site.url);
    try {
      context.on('request', (request) => requests.push(request));
      await use(page, requests);
      expect(faults).toEqual(expected);
    } finally {
      await context.close();
    }
  }
  /** The parts of the page stand when this returns; what they load may still be on its way. */
  async function open(page: Page, path: string) {
    await openPage(page, site.url + path);
    if (/^\/(builder|stack|compare)/.test(path)) await page.waitForSelector('.workbench > *');
  }

  const policyOf = async (page: Page) =>
    policySchema.parse(JSON.parse((await page.textContent('pre.json')) ?? ''));
  /** Waits until a part of the policy is as it should be. */
  const expectPolicy = (page: Page, partOf: (policy: Policy) => unknown) =>
    expect.poll(async () => partOf(await policyOf(page)), { timeout: 20_000 });
  const toolsOf = ({ tools = {} }: Policy) => Object.keys(tools);

  test('a policy for two servers is built and a call tried, by keyboard alone', async () => {
    await withPage({}, async (page) => {
      await open(page, '/builder');
      await tabTo(page, '.picker input');
      for (const name of ['campaigns', 'notes']) {
        await page.keyboard.type(`@fixture/${name}`);
        await page.waitForSelector('.picker ul button');
        await page.keyboard.press('Enter');
        await page.waitForSelector(`.picked li:has-text("@fixture/${name}")`);
      }
      await expectPolicy(page, (policy) => toolsOf(policy).sort()).toEqual([
        'create_note',
        'delete_note',
        'getNote',
        'get_campaigns',
        'list_notes',
        'schedule_campaign',
        'send_campaign',
      ]);
      // The rule of one tool is narrowed to one call a minute.
      await tabTo(page, '.tool-rules summary');
      await page.keyboard.press('Enter');
      await tabTo(page, '.rule-line input[type=number]');
      await page.keyboard.press('Control+a');
      await page.keyboard.type('1');
      await expectPolicy(page, ({ tools }) => tools?.['get_campaigns']?.limits?.[0]?.max).toBe(1);
      await tabTo(page, '.trial button.copy');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.latest[data-effect=allow]');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.latest[data-effect=deny]');
      expect(await page.textContent('.latest')).toContain('/tools/get_campaigns/limits/0');
      // A minute later the window is free again.
      await tabTo(page, '.clock button:nth-of-type(2)');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Shift+Tab');
      for (let step = 0; step < 3; step += 1) await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.latest[data-effect=allow]');
    });
  });

  test('what is chosen in the forms stands in the text, and back', async () => {
    await withPage({}, async (page) => {
      await open(page, '/builder?server=npm__fixture__notes');
      const rule = page.locator('.tool-rules li', { hasText: 'delete_note' });
      for (const mode of ['Allow', 'Ask a person', 'Deny', 'Hide', 'Not named'])
        await rule.locator('.tool-line select').selectOption(mode);
      await expectPolicy(page, (policy) => policy).toEqual({ version: '1', default: 'deny' });
      await page.click('text=Undo');
      await expectPolicy(page, ({ hide }) => hide).toEqual(['delete_note']);
      await page.click('text=Redo');
      await expectPolicy(page, ({ hide }) => hide).toBeUndefined();
      await page.locator('.whole select').first().selectOption('allow');
      await expectPolicy(page, (policy) => policy.default).toBe('allow');
      await rule.locator('.tool-line select').selectOption('Allow');
      await rule.locator('summary').click();
      await page.selectOption('select[aria-label="Add a condition to delete_note"]', { index: 1 });
      await expectPolicy(page, ({ tools }) => tools?.['delete_note']?.require).toHaveLength(1);
    });
  });

  test('the editor completes, names errors and stays within the content security policy', async () => {
    await withPage({}, async (page) => {
      await open(page, '/builder?server=npm__fixture__notes');
      await page.waitForSelector('.tool-rules li');
      await page.click('text=Edit as JSON');
      await page.waitForSelector('.cm-focused .cm-content');
      await page.keyboard.press('Control+a');
      await page.keyboard.type('{"version": "1", "default": "deny", "to');
      await page.waitForSelector('.cm-tooltip-autocomplete li[aria-selected]:has-text("tools")');
      // The editor lets no key choose from a list in its first 75 ms, lest a line that one ends be completed.
      await page.waitForTimeout(100);
      await page.keyboard.press('Enter');
      await page.waitForSelector('.findings li:first-child:has-text("Error")');
      await page.waitForSelector('.tool-rules', { state: 'detached' });
      await page.keyboard.type(': {"delete_nte": {}}');
      await page.waitForSelector('.findings li:has-text("did you mean")');
      await page.waitForSelector('.cm-lintRange-warning');
      await page.waitForSelector('.tool-rules li:nth-child(4)');
      expect(await page.locator('.tool-rules li').count()).toBe(4);
    });
  });

  test('a pasted list of tools can be ruled and tried without a catalogue', async () => {
    await withPage({}, async (page) => {
      await open(page, '/builder');
      await page.click('text=/Paste a/');
      const tools = [{ name: 'pay', inputSchema: { properties: { amount: { type: 'number' } } } }];
      await page.fill('details textarea', JSON.stringify({ result: { tools } }));
      await page.click('text=Use this');
      await page.locator('.tool-line select').selectOption('Ask a person');
      await page.click('text=Try the call');
      await page.waitForSelector('.latest[data-effect=approve]');
      await page.click('text=As approved by a person');
      await page.waitForSelector('.latest[data-effect=allow]');
    });
  });

  test('a shared link opens what was shared, and no request carries it', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    await withPage({ permissions }, async (page, requests) => {
      await open(page, '/builder?server=npm__fixture__notes');
      await page.locator('.tool-line select').first().selectOption('Hide');
      await page.click('text=Share as a link');
      await page.waitForSelector('text=Link copied');
      const link = await page.evaluate(() => navigator.clipboard.readText());
      await open(page, '/');
      await openPage(page, link);
      await expectPolicy(page, ({ hide }) => hide).toEqual(['create_note']);
      await page.waitForSelector('.tool-rules li:nth-child(4)');
      expect(await page.locator('.tool-rules li').count()).toBe(4);
      const packed = new URL(link).hash.slice(3);
      for (const request of requests) expect(request.url().split('#')[0]).not.toContain(packed);
    });
  });

  test.for(['#p=AAAA', '#p=<img src=x onerror=alert(1)>'])(
    'a damaged link %s says so and starts afresh',
    async (hash) => {
      await withPage({}, async (page) => {
        await open(page, `/builder${hash}`);
        await page.waitForSelector('text=The link is damaged');
        expect(await policyOf(page)).toEqual({ version: '1', default: 'deny' });
      });
    },
  );

  test('what is added on tools’ pages is one policy in the builder', async () => {
    await withPage({}, async (page) => {
      await open(page, '/servers/npm__fixture__campaigns/tools/send_campaign');
      await page.click('text=Add to my policy');
      await page.waitForSelector('text=Take out of my policy');
      await open(page, '/servers/npm__fixture__notes/tools/delete_note');
      await page.check('input[value=strict]', { force: true });
      await page.click('text=Add to my policy');
      await page.click('text=My policy: 2 tools');
      await page.waitForSelector('.picked li:nth-child(2)');
      await expectPolicy(page, toolsOf).toEqual(['send_campaign', 'delete_note']);
      expect((await policyOf(page)).tools?.['delete_note']?.action).toBe('deny');
      await page.goBack({ waitUntil: 'load' });
      await page.click('text=Take out of my policy');
      await page.waitForSelector('[data-my-policy]:has-text("My policy: 1 tool")');
    });
  });

  test('a dropped configuration is looked up, and nothing of it leaves or stays', async () => {
    await withPage({}, async (page, requests) => {
      await open(page, '/stack');
      await page.evaluate((text) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], 'claude_desktop_config.json'));
        document
          .querySelector('.drop')
          ?.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      }, CONFIGURATION);
      await page.waitForSelector('.stack-tools');
      await page.waitForSelector('[role=status]:text-is("3 of 5 servers are in the catalogue.")');
      expect(await page.locator('.stack-tools li').count()).toBe(8);
      const text = await page.textContent('main');
      expect(text).toContain('You run 9.9.9');
      expect(text).toContain('payroll: an npm package the catalogue does not have');
      await page.locator('details').evaluateAll((all) => {
        for (const each of all) (each as HTMLDetailsElement).open = true;
      });
      const kept = await page.evaluate(() =>
        [
          document.documentElement.outerHTML,
          ...[...document.querySelectorAll('textarea, input')].map(
            (field) => (field as HTMLInputElement).value,
          ),
          JSON.stringify({ ...localStorage }),
          JSON.stringify({ ...sessionStorage }),
          document.cookie,
          location.href,
        ].join('\n'),
      );
      expect(kept).not.toContain(SECRET);
      const policy = policySchema.parse(
        JSON.parse((await page.locator('pre.json').first().textContent()) ?? ''),
      );
      expect(Object.keys(policy.tools ?? {})).toContain('send_campaign');
      for (const request of requests) {
        const sent = `${request.url()} ${request.postData() ?? ''} ${JSON.stringify(request.headers())}`;
        expect(request.method()).toBe('GET');
        for (const word of [SECRET, PRIVATE, 'payroll', 'TOKEN', 'mailing'])
          expect(decodeURIComponent(sent)).not.toContain(word);
      }
    });
  });

  test('before anything is given the stack page says what comes of it, and shows an example', async () => {
    await withPage({}, async (page) => {
      await open(page, '/stack');
      expect(await page.textContent('main')).toContain('Every tool your agent can call');
      await page.click('text=Show it with three well-known servers');
      await page.waitForSelector('[role=status]:has-text("of 3 servers are in the catalogue")');
      expect(await page.textContent('main')).toContain('puppeteer');
    });
  });

  test('by keyboard alone a configuration goes from paste to the builder', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    await withPage({ permissions }, async (page) => {
      await open(page, '/stack');
      await page.evaluate((text) => navigator.clipboard.writeText(text), CONFIGURATION);
      await tabTo(page, '.drop textarea');
      await page.keyboard.press('Control+v');
      await page.waitForSelector('.stack-tools');
      await expect.poll(() => page.inputValue('.drop textarea')).toBe('');
      await tabTo(page, '.pane:last-of-type button.copy');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/builder#p=*');
      await expect.poll(() => page.locator('.tool-rules li').count(), { timeout: 20_000 }).toBe(8);
    });
  });

  test('the copied configuration has every value, behind wrap', async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    await withPage({ permissions }, async (page) => {
      await open(page, '/stack');
      await page.fill('.drop textarea', CONFIGURATION);
      await page.click('text=Look it up');
      await page.click('text=Copy my configuration, wrapped');
      await page.waitForSelector('text=Configuration copied');
      const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
      expect(copied.mcpServers.mailing.env.TOKEN).toBe(SECRET);
      expect(copied.mcpServers.mailing.args).toContain('wrap');
    });
  });

  test('two servers are compared by the address', async () => {
    await withPage({}, async (page) => {
      await open(page, '/compare?a=npm__fixture__campaigns&b=npm__fixture__notes');
      await page.waitForSelector('.compared');
      const text = await page.textContent('main');
      expect(text).toContain('@fixture/notes alone:');
      expect(text).toContain('Destructive');
      // At once, as somebody who types fast: what was typed counts, and not what is shown already.
      await page.fill('.picker >> nth=1 >> input', '@fixture/shell');
      await page.keyboard.press('Enter');
      await page.waitForURL('**b=npm__fixture__shell');
    });
  });

  test('by keyboard alone two listings of one server are set side by side', async () => {
    await withPage({}, async (page) => {
      await open(page, '/compare');
      expect(await page.textContent('main .empty')).toContain('The same one on both');
      for (const title of ['On the left', 'On the right']) {
        await page.getByLabel(title).focus();
        await page.keyboard.type('@fixture/notes');
        await page.keyboard.press('Enter');
        await page.waitForSelector(`.picker label:has-text("${title}: @fixture/notes")`);
      }
      await page.waitForSelector('.compared');
      await page.locator('.side').first().locator('select').focus();
      await page.keyboard.press('ArrowDown');
      await page.waitForURL('**a-until=2026-11-20*');
      await page.waitForSelector('.compared .diff');
      const row = page.locator('.compared tr', { hasText: 'delete_note' }).last();
      expect((await row.locator('del').allTextContents()).join(' ')).toContain('Move');
      expect((await row.locator('ins').allTextContents()).join(' ')).toContain('Permanently');
      expect(await row.textContent()).toContain('level not known');
      expect(await page.textContent('.compared thead')).toContain(
        'version 1.2.2, until 2026-11-20',
      );
      const address = page.url();
      await openPage(page, address);
      await page.waitForSelector('.compared .diff');
    });
  });

  test('a server that was listed once has nothing earlier to compare with, and says so', async () => {
    await withPage({}, async (page) => {
      await open(page, '/compare?a=npm__fixture__shell&b=npm__fixture__shell&b-until=2026-01-01');
      await page.waitForSelector('text=no listing of npm__fixture__shell ended at 2026-01-01');
      expect(await page.locator('.side select').count()).toBe(0);
      expect(await page.textContent('.side')).toContain('not changed since it was first listed');
    });
  });

  test('a server’s page leads to its recommended policy in the builder', async () => {
    await withPage({}, async (page) => {
      await open(page, '/servers/npm__fixture__notes');
      await page.click('text=Open in the policy builder');
      await page.waitForSelector('.tool-rules li');
      await expectPolicy(page, toolsOf).toContain('create_note');
    });
  });

  test('a server that is not there is said plainly', async () => {
    await withPage(
      {},
      async (page) => {
        await open(page, '/compare?a=no-such&b=%3Cimg%3E');
        await page.waitForSelector('text=/the catalogue has no data for/');
      },
      // The browser itself tells of a missing file.
      [expect.stringContaining('404'), expect.stringContaining('404')],
    );
  });

  const FILLED: [string, (page: Page) => Promise<void>][] = [
    [
      '/builder?server=npm__fixture__campaigns&server=npm__fixture__hostile-text',
      async (page) => {
        await page.waitForSelector('.tool-rules li');
        await page.locator('.tool-line select').first().selectOption('Allow');
        await page.locator('.tool-rules summary').first().click();
        await page.click('text=Add a limit');
        await page.click('text=Try the call');
        await page.click('text=Edit as JSON');
        await page.waitForSelector('.cm-content');
      },
    ],
    [
      '/stack',
      async (page) => {
        await page.fill('.drop textarea', CONFIGURATION);
        await page.click('text=Look it up');
        await page.waitForSelector('.stack-tools');
        await page.locator('details summary').first().click();
      },
    ],
    [
      '/compare?a=npm__fixture__hostile-text&b=npm__fixture__notes',
      async (page) => void (await page.waitForSelector('.compared')),
    ],
    [
      '/compare?a=npm__fixture__notes&a-until=2026-11-20T04:00:00.000Z&b=npm__fixture__notes',
      async (page) => void (await page.waitForSelector('.compared .diff')),
    ],
  ];
  test.for(FILLED)(
    '%s has no accessibility violations when filled, light or dark, and fits a phone',
    async ([path, fill]) => {
      await withPage({ viewport: { width: 360, height: 740 } }, async (page) => {
        await open(page, path);
        await fill(page);
        await page.evaluate(() => document.fonts.ready);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
        expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
        await page.setViewportSize({ width: 1280, height: 900 });
        expect(await axeViolations(page)).toEqual([]);
      });
    },
  );
});
