import { nameWords } from '../lib/names.ts';
import { visiblePieces } from '../lib/visible-text.ts';
import { loadPagefind, type Pagefind } from './pagefind.ts';

const SHOWN = 10;
const PAUSE_MS = 120;

type Hit = { url: string; meta: Record<string, string> };

/** Makes one search form live: results as one types, arrow keys, counts, and the address where it has one. */
export function startPanel(form: HTMLFormElement): void {
  new Panel(form).start();
}

class Panel {
  readonly #form: HTMLFormElement;
  readonly #field: HTMLInputElement;
  readonly #live: HTMLElement;
  readonly #status: HTMLElement;
  readonly #results: HTMLElement;
  readonly #hasUrl: boolean;
  #round = 0;
  #shown = SHOWN;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(form: HTMLFormElement) {
    const part = <Kind extends HTMLElement>(selector: string) =>
      form.querySelector<Kind>(selector) ?? (document.createElement('div') as unknown as Kind);
    this.#form = form;
    this.#field = part<HTMLInputElement>('input[name=q]');
    this.#live = part('[data-live]');
    this.#status = part('[data-status]');
    this.#results = part('[data-results]');
    this.#hasUrl = form.hasAttribute('data-with-url');
  }

  start(): void {
    this.#live.hidden = false;
    if (this.#hasUrl) void this.#readAddress().then(() => this.#search());
    else void loadPagefind().catch(() => this.#say(UNAVAILABLE));
    this.#form.addEventListener('input', () => {
      this.#shown = SHOWN;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#search(), PAUSE_MS);
    });
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#search().then(() => this.#links()[0]?.focus());
    });
    this.#form.addEventListener('keydown', (event) => this.#move(event));
    if (this.#field.value !== '') void this.#search();
  }

  async #search(): Promise<void> {
    const round = ++this.#round;
    const data = new FormData(this.#form);
    const term = this.#field.value.trim();
    const filters = {
      ...filter('level', data),
      ...filter('category', data),
      ...filter('server', data),
    };
    if (this.#hasUrl) this.#writeAddress(data);
    if (term === '' && Object.keys(filters).length === 0) {
      this.#results.replaceChildren();
      return this.#say('');
    }
    try {
      const pagefind = await loadPagefind();
      const results = await search(pagefind, term, filters);
      const hits = await Promise.all(results.slice(0, this.#shown).map((result) => result.data()));
      if (round === this.#round) this.#show(hits, results.length, Object.keys(filters).length > 0);
    } catch {
      if (round === this.#round) this.#say(UNAVAILABLE);
    }
  }

  #show(hits: Hit[], total: number, isFiltered: boolean): void {
    this.#results.replaceChildren(...hits.map(resultItem));
    if (total > hits.length) this.#results.append(this.#moreItem());
    const results = total === 1 ? 'result' : 'results';
    if (total === 0) this.#say(isFiltered ? NOTHING_LEFT : NOTHING);
    else if (total > hits.length) this.#say(`${total} ${results}, the best ${hits.length} shown`);
    else this.#say(`${total} ${results}`);
  }

  #moreItem(): HTMLElement {
    const button = element('button', 'more', 'Show more');
    button.setAttribute('type', 'button');
    button.addEventListener('click', () => {
      this.#shown += SHOWN;
      void this.#search().then(() => this.#links()[this.#shown - SHOWN]?.focus());
    });
    const item = document.createElement('li');
    item.append(button);
    return item;
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }

  #links(): HTMLAnchorElement[] {
    return [...this.#results.querySelectorAll('a')];
  }

  // Arrows move the real focus between the box and the results; Enter on a link is the browser's own.
  #move(event: KeyboardEvent): void {
    const links = this.#links();
    const place = links.indexOf(document.activeElement as HTMLAnchorElement);
    const isInBox = document.activeElement === this.#field;
    if (event.key === 'Enter' && isInBox && !event.isComposing) {
      event.preventDefault();
      clearTimeout(this.#timer);
      void this.#search().then(() => this.#links()[0]?.click());
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    if (!isInBox && place < 0) return;
    event.preventDefault();
    const next = place + (event.key === 'ArrowDown' ? 1 : -1);
    (links[next] ?? (next < 0 ? this.#field : links[place]))?.focus();
  }

  async #readAddress(): Promise<void> {
    const asked = new URLSearchParams(location.search);
    this.#field.value = asked.get('q')?.slice(0, 200) ?? '';
    await this.#fillServers().catch(() => this.#say(UNAVAILABLE));
    for (const name of ['level', 'category', 'server']) {
      const values = asked.getAll(name);
      for (const control of this.#form.querySelectorAll<HTMLInputElement | HTMLSelectElement>(
        `[name=${name}]`,
      )) {
        if (control instanceof HTMLSelectElement) control.value = values[0] ?? '';
        else control.checked = values.includes(control.value);
      }
    }
  }

  async #fillServers(): Promise<void> {
    const select = this.#form.querySelector<HTMLSelectElement>('[data-servers]');
    const servers = (await (await loadPagefind()).filters())['server'] ?? {};
    const options = Object.entries(servers).map(([name, count]) => {
      const option = element('option', '', `${plain(name)} (${count})`) as HTMLOptionElement;
      option.value = name;
      return option;
    });
    select?.append(...options);
  }

  #writeAddress(data: FormData): void {
    const kept = [...data]
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, String(value)]);
    const query = new URLSearchParams(kept).toString();
    history.replaceState(null, '', query === '' ? location.pathname : `?${query}`);
  }
}

const NOTHING = 'Nothing has these words. A tool that is not here has not been judged.';
const NOTHING_LEFT = 'Nothing fits these filters. Without them there may be more.';
const UNAVAILABLE =
  'The search could not be loaded. The lists by level, category and server work without it.';

// Names are split as the index splits them, so that `getUser` and `create-call` find what they are; whatever has the words
// as one name comes first. The number of an attack, such as CVE-2025-6514 or SAF-T1001, is found as it is written.
async function search(pagefind: Pagefind, term: string, filters: object) {
  const words = nameWords(term);
  if (words.length === 0 || /-[a-z]?\d/i.test(term))
    return (await pagefind.search(term === '' ? null : term, { filters })).results;
  const { results } = await pagefind.search(words.join(' '), { filters });
  if (words.length === 1) return results;
  const named = await pagefind.search(words.join('_'), { filters });
  const places = new Map(named.results.map(({ id }, place) => [id, place]));
  const placeOf = ({ id }: { id: string }) => places.get(id) ?? places.size;
  return results.toSorted((one, other) => placeOf(one) - placeOf(other));
}

function filter(name: string, data: FormData): Record<string, object> {
  const values = data.getAll(name).filter((value) => value !== '');
  return values.length === 0 ? {} : { [name]: { any: values } };
}

function resultItem({ url, meta }: Hit): HTMLElement {
  const link = document.createElement('a');
  // The index is ours, but a record's words are not: only paths of this site are followed.
  link.href = /^\/(servers|attacks)\//.test(url) ? url : '/servers';
  link.append(
    crawled('result-name', meta['title'] ?? ''),
    KIND_TITLES[meta['kind'] ?? ''] === undefined
      ? levelBadge(meta['level'])
      : element('span', 'result-label', KIND_TITLES[meta['kind'] ?? ''] ?? ''),
    crawled('result-server', meta['server'] ?? ''),
    element('span', 'result-label', meta['label'] ?? ''),
    crawled('result-more', meta['about'] ?? ''),
  );
  const item = document.createElement('li');
  item.append(link);
  return item;
}

const KIND_TITLES: Record<string, string> = { server: 'Server', attack: 'Attack' };

function levelBadge(title = 'Not classified'): HTMLElement {
  const level = element('span', 'level', title);
  level.dataset['level'] = LEVEL_KEYS[title] ?? 'unclassified';
  const icon = element('i', 'level-icon', '');
  icon.setAttribute('aria-hidden', 'true');
  level.prepend(icon);
  return level;
}

const LEVEL_KEYS: Record<string, string> = {
  Low: 'low',
  Medium: 'medium',
  High: 'high',
  Critical: 'critical',
};

function element(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}

function crawled(className: string, text: string): HTMLElement {
  const made = element('bdi', className, '');
  made.dir = 'auto';
  for (const piece of visiblePieces(text)) {
    if (piece.hidden === undefined) made.append(piece.text);
    else made.append(element('span', 'hidden-char', piece.text));
  }
  return made;
}

function plain(text: string): string {
  return visiblePieces(text)
    .map((piece) => piece.text)
    .join('');
}
