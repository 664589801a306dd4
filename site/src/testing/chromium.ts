import { existsSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// Style sheets differ between the schemes in nothing but colours, which a test holds them to.
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];
/** So many times slower than it is the browser is made, to find steps that do not wait for what they need. */
const SLOWER = Number(process.env['SLOWER_BROWSER'] ?? 1);

/** What hangs ends a test; half a minute is also what a busy machine may take for a start or a step. */
const PATIENCE_MS = 120_000;

/** Where a browser is; tests that want one are left out without. */
export const hasChromium = existsSync(CHROMIUM);

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    ...{ executablePath: CHROMIUM, args: FLAGS.split(' '), timeout: PATIENCE_MS },
  });
}

/** Notes whatever a page of ours must never do: errors, warnings, dialogs, requests to anywhere else. */
export function watchPage(page: Page, siteUrl: string): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  // Of the whole context, so that workers are heard too.
  page.context().on('request', (request) => {
    const isOurs = request.url().startsWith(`${siteUrl}/`);
    if (!isOurs && !/^(data|blob):/.test(request.url())) faults.push(`request: ${request.url()}`);
  });
  return faults;
}

/**
 * Opens a page whose own scripts have run when this returns. Waiting for a quiet network as well would hide a step that does
 * not wait for what it needs, and take half a second each time.
 */
export async function openPage(page: Page, url: string): Promise<void> {
  page.setDefaultTimeout(PATIENCE_MS);
  if (SLOWER > 1) {
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  }
  await page.goto(url, { waitUntil: 'load' });
}

/** What axe finds in a page as it stands, in light and in dark. */
export async function axeViolations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // No page has frames, so that axe can do without a second page for what it found in each of them.
    const axe = new AxeBuilder({ page }).setLegacyMode(true);
    if (colorScheme === 'light') axe.withTags(AXE_TAGS);
    else axe.withRules(COLOUR_RULES);
    const { violations } = await axe.analyze();
    for (const { id, nodes } of violations)
      found.push(...nodes.map(({ html }) => `${colorScheme}: ${id}: ${html.slice(0, 160)}`));
  }
  return found;
}

const MAX_TABS = 250;

/** Moves by Tab to what a selector means, as somebody without a mouse does. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let step = 0; step < MAX_TABS; step += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) > 0 && (await focused.evaluate(isMatching, selector))) return;
  }
  throw new Error(`Tab does not reach ${selector}`);
}

// Runs in the browser, where an element has `matches`; the types of this room's checks know no browser.
const isMatching = (element: { matches: (selector: string) => boolean }, selector: string) =>
  element.matches(selector);
