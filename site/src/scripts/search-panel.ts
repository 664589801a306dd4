import { CATEGORIES, LEVELS, type NamesAnswer, type NamesQuery } from '../lib/names-search.ts';
import { loadNames } from './names.ts';
import { loadPagefind } from './pagefind.ts';
import { buttonItem, element, nameItem, plain, textItem } from './search-results.ts';

// The islands take it from here, so that the bundler keeps it in this file: one request less for the first answer.
export { loadNames };

const SHOWN = 10;
const PAUSE_MS = 60;
const LONG_PAUSE_MS = 500;

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
  /** Grows with everything typed or chosen. */
  #asked = 0;
  /** What of it the results answer: less than that, and they are about to be replaced. */
  #answered = 0;
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
    loadNames();
    if (this.#hasUrl) void this.#startFromAddress();
    this.#form.addEventListener('input', () => {
      this.#shown = SHOWN;
      this.#asked += 1;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#search(), PAUSE_MS);
    });
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#search().then(() => this.#links()[0]?.focus());
    });
    this.#form.addEventListener('keydown', (event) => this.#move(event));
    if (this.#field.value !== '' && !this.#hasUrl) void this.#search();
  }

  async #search(): Promise<void> {
    const round = ++this.#round;
    const asked = this.#asked;
    const data = new FormData(this.#form);
    const all = (name: string) => data.getAll(name).map(String);
    const query: NamesQuery = {
      text: this.#field.value.trim(),
      level: all('level'),
      category: all('category'),
      server: all('server')[0] ?? '',
    };
    if (this.#hasUrl) this.#writeAddress(data);
    const isFiltered = query.level.length + query.category.length > 0 || query.server !== '';
    if (query.text === '' && !isFiltered) {
      this.#answered = asked;
      this.#results.replaceChildren();
      this.#count(undefined);
      return this.#say('');
    }
    try {
      const answer = await loadNames().ask(query, this.#shown);
      if (round !== this.#round) return;
      this.#answered = asked;
      this.#count(answer);
      this.#show(answer, isFiltered);
      if (query.text === '' || isFiltered) return;
      // What no name has may stand in a description; looked for only when the typing has ended, as it moves ten times the bytes.
      if (answer.total === 0) {
        await new Promise((resolve) => setTimeout(resolve, LONG_PAUSE_MS));
        if (round === this.#round) await this.#searchText(query.text, round);
      } else this.#offerText(query.text, round);
    } catch {
      if (round === this.#round) this.#say(UNAVAILABLE);
    }
  }

  #show({ hits, total, near }: NamesAnswer, isFiltered: boolean): void {
    const focused = this.#results.contains(document.activeElement);
    const address = document.activeElement?.getAttribute('href');
    this.#results.replaceChildren(...hits.map(nameItem));
    // The link under the focus is gone with the old results: the same one takes it, or else the box.
    if (focused)
      (this.#links().find((link) => link.getAttribute('href') === address) ?? this.#field).focus();
    if (total > hits.length) this.#results.append(buttonItem('Show more', () => this.#showMore()));
    const results = total === 1 ? 'result' : 'results';
    if (total === 0) this.#say(isFiltered ? NOTHING_LEFT : NOTHING);
    else if (near.length > 0)
      this.#say(`${total} ${results} for “${near.join(' ')}”; no name has what was typed`);
    else if (total > hits.length) this.#say(`${total} ${results}, the best ${hits.length} shown`);
    else this.#say(`${total} ${results}`);
  }

  #showMore(): void {
    this.#shown += SHOWN;
    void this.#search().then(() => this.#links()[this.#shown - SHOWN]?.focus());
  }

  #offerText(text: string, round: number): void {
    const offer = buttonItem('Search descriptions and attacks too', () => {
      offer.remove();
      const before = this.#links().length;
      void this.#searchText(text, round).then(() => this.#links()[before]?.focus());
    });
    this.#results.append(offer);
  }

  async #searchText(text: string, round: number): Promise<void> {
    const pagefind = await loadPagefind();
    const { results } = await pagefind.search(text, {});
    const hits = await Promise.all(results.slice(0, SHOWN).map((result) => result.data()));
    if (round !== this.#round) return;
    this.#results.append(...hits.map(textItem));
    const found =
      results.length === 1 ? '1 server or attack' : `${results.length} servers and attacks`;
    if (results.length > 0) this.#say(`In descriptions and texts: ${found} with these words`);
  }

  #count(answer: NamesAnswer | undefined): void {
    const show = (name: string, values: readonly string[], counts: number[] | undefined) => {
      for (const box of this.#form.querySelectorAll<HTMLInputElement>(`input[name=${name}]`)) {
        const place = box.closest('label')?.querySelector('[data-count]');
        if (place) place.textContent = counts ? String(counts[values.indexOf(box.value)] ?? 0) : '';
      }
    };
    show('level', LEVELS, answer?.levels);
    show('category', CATEGORIES, answer?.categories);
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }

  #links(): HTMLAnchorElement[] {
    return [...this.#results.querySelectorAll('a')];
  }

  // Arrows move the real focus between the box and the results; Enter on a link is the browser's own.
  #move(event: KeyboardEvent): void {
    const place = this.#place();
    const isInBox = document.activeElement === this.#field;
    if (event.key === 'Enter' && isInBox && !event.isComposing) {
      event.preventDefault();
      clearTimeout(this.#timer);
      void this.#search().then(() => this.#links()[0]?.click());
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    if (!isInBox && place < 0) return;
    event.preventDefault();
    const step = event.key === 'ArrowDown' ? 1 : -1;
    // Results of half a word are about to be replaced: the arrow means those of the whole one.
    if (this.#answered < this.#asked) {
      clearTimeout(this.#timer);
      void this.#search().then(() => this.#step(step));
    } else this.#step(step);
  }

  #step(step: 1 | -1): void {
    const links = this.#links();
    const next = this.#place() + step;
    (links[next] ?? (next < 0 ? this.#field : links.at(-1)))?.focus();
  }

  #place(): number {
    return this.#links().indexOf(document.activeElement as HTMLAnchorElement);
  }

  // What was typed or chosen before this was loaded stays: the address only fills what is still empty.
  async #startFromAddress(): Promise<void> {
    const asked = new URLSearchParams(location.search);
    if (this.#field.value === '') this.#field.value = asked.get('q')?.slice(0, 200) ?? '';
    for (const name of ['level', 'category'])
      for (const box of this.#form.querySelectorAll<HTMLInputElement>(`input[name=${name}]`))
        box.checked ||= asked.getAll(name).includes(box.value);
    const server = asked.get('server') ?? '';
    // A search writes its query into the address, so one that wants a server waits until it can be chosen.
    if (server === '') void this.#search();
    const select = await this.#fillServers();
    if (server === '' || select === null) return;
    select.value = server;
    await this.#search();
  }

  async #fillServers(): Promise<HTMLSelectElement | null> {
    const select = this.#form.querySelector<HTMLSelectElement>('[data-servers]');
    const options = (await loadNames().servers).map(({ slug, name }) => {
      const option = element('option', '', plain(name)) as HTMLOptionElement;
      option.value = slug;
      return option;
    });
    select?.append(...options);
    return select;
  }

  #writeAddress(data: FormData): void {
    const kept = [...data]
      .filter(([name, value]) => value !== '' || name === 'level')
      .map(([name, value]) => [name, String(value)]);
    const query = new URLSearchParams(kept).toString();
    history.replaceState(null, '', query === '' ? location.pathname : `?${query}`);
  }
}

const NOTHING = 'No name has these words. A tool that is not here has not been judged.';
const NOTHING_LEFT = 'Nothing fits these filters. Without them there may be more.';
const UNAVAILABLE =
  'The search could not be loaded. The lists by level, category and server work without it.';
