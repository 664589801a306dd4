/** Lets the tables of tools be filtered by words and sorted by their columns. */
export function startToolTables(): void {
  for (const table of document.querySelectorAll<HTMLElement>('[data-tool-table]'))
    startTable(table);
}

function startTable(table: HTMLElement): void {
  const body = table.querySelector('tbody');
  const box = table.querySelector<HTMLElement>('[data-tool-filter]');
  const field = box?.querySelector('input');
  if (!body || !box || !field) return;
  const rows = [...body.rows];
  const words = rows.map((row) => (row.textContent ?? '').toLowerCase());
  delete box.dataset['waiting'];
  field.addEventListener('input', () => {
    const typed = field.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const [index, row] of rows.entries()) {
      row.hidden = !typed.every((word) => words[index]?.includes(word));
      if (!row.hidden) shown += 1;
    }
    const count = table.querySelector('[data-tool-count]');
    if (count) count.textContent = field.value === '' ? '' : `${shown} of ${rows.length}`;
  });
  for (const [column, head] of [...table.querySelectorAll('thead th')].entries()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => sort(body, rows, column, head));
  }
}

function sort(body: HTMLElement, rows: HTMLTableRowElement[], column: number, head: Element): void {
  const isDown = head.getAttribute('aria-sort') === 'ascending';
  for (const other of head.parentElement?.children ?? []) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
  const keyOf = (row: HTMLTableRowElement) => {
    const cell = row.cells[column];
    return cell?.dataset['sort'] ?? (cell?.textContent ?? '').trim().toLowerCase();
  };
  rows.sort((a, b) => (isDown ? -1 : 1) * keyOf(a).localeCompare(keyOf(b), 'en'));
  body.append(...rows);
}
