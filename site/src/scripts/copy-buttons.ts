const SHOWN_MS = 2000;

/** Shows the copy buttons and makes them copy the code that follows them. */
export function startCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
    const code = button.closest('.policy-code')?.querySelector('pre code');
    if (code === null || code === undefined) continue;
    button.hidden = false;
    button.setAttribute('aria-live', 'polite');
    button.addEventListener('click', async () => {
      const isCopied = await copy(code);
      button.textContent = isCopied ? 'Copied' : 'Selected: press Ctrl+C';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, SHOWN_MS);
    });
  }
}

async function copy(code: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? '');
    return true;
  } catch {
    // Outside https the clipboard may be closed; a selection is the next best thing.
    getSelection()?.selectAllChildren(code);
    return false;
  }
}
