const CHOICES = ['auto', 'light', 'dark'] as const;
type Choice = (typeof CHOICES)[number];
const TITLES: Record<Choice, string> = { auto: 'Auto', light: 'Light', dark: 'Dark' };

/** Shows the theme button and keeps what it is set to. The page's first lines apply a kept choice before paint. */
export function startTheme(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-theme-button]');
  if (button === null) return;
  let choice = keptChoice();
  const show = () => {
    button.textContent = TITLES[choice];
    button.setAttribute('aria-label', `Theme: ${choice}`);
    if (choice === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = choice;
  };
  button.addEventListener('click', () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? 'auto';
    keep(choice);
    show();
  });
  show();
  delete button.dataset['waiting'];
}

// Storage may be refused; then a choice lasts for the page.
function keptChoice(): Choice {
  try {
    const kept = localStorage.getItem('theme');
    return CHOICES.find((choice) => choice === kept) ?? 'auto';
  } catch {
    return 'auto';
  }
}

function keep(choice: Choice): void {
  try {
    localStorage.setItem('theme', choice);
  } catch {
    // Nothing to do: see keptChoice().
  }
}
