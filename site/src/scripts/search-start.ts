/**
 * Makes search boxes live on first use. The rest of the search is fetched then, so that a page that is only read
 * costs nothing.
 */
export function startSearch(): void {
  const forms = [...document.querySelectorAll<HTMLFormElement>('[data-search]')];
  for (const form of forms) {
    const load = () => void import('./search-panel.ts').then((module) => module.startPanel(form));
    if (form.hasAttribute('data-with-url')) load();
    else form.addEventListener('focusin', load, { once: true });
  }
  const dialog = document.querySelector<HTMLDialogElement>('[data-search-dialog]');
  const open = () => {
    if (dialog !== null && !dialog.open) dialog.showModal();
    const field = (dialog ?? document).querySelector<HTMLInputElement>(
      '[data-search] input[name=q]',
    );
    field?.focus();
    field?.select();
  };
  for (const link of document.querySelectorAll('[data-open-search]'))
    link.addEventListener('click', (event) => {
      event.preventDefault();
      open();
    });
  dialog?.querySelector('[data-close]')?.addEventListener('click', () => dialog.close());
  // A click beside the dialog lands on the dialog element itself.
  dialog?.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.addEventListener('keydown', (event) => {
    const isShortcut =
      (event.key === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey) ||
      (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event));
    if (!isShortcut || event.isComposing) return;
    event.preventDefault();
    open();
  });
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target instanceof HTMLTextAreaElement ||
      target instanceof HTMLSelectElement ||
      (target instanceof HTMLInputElement && !['radio', 'checkbox'].includes(target.type)))
  );
}
