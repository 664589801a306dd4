import { keepFragments, keptFragments } from './kept-fragments.ts';

/** Shows the buttons that add a tool's policy, as it stands on the page, to the reader's own. */
export function startMyPolicy(): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-my-policy]')) {
    const { server = '', tool = '' } = place.dataset;
    const button = place.querySelector('button');
    const status = place.querySelector<HTMLElement>('[role=status]');
    if (button === null || status === null) continue;
    const isThis = (kept: { server: string; tool: string }) =>
      kept.server === server && kept.tool === tool;
    const show = (words = '') => {
      const kept = keptFragments();
      button.textContent = kept.some(isThis) ? 'Take out of my policy' : 'Add to my policy';
      const tools = kept.length === 1 ? '1 tool' : `${kept.length} tools`;
      const link = document.createElement('a');
      link.href = '/builder?mine';
      link.textContent = `My policy: ${tools}`;
      status.replaceChildren(words, ...(kept.length > 0 ? [link] : []));
    };
    button.addEventListener('click', () => {
      const kept = keptFragments();
      const others = kept.filter((each) => !isThis(each));
      const isAdded = others.length === kept.length;
      const next = isAdded ? [...others, { server, tool, ...shownPolicy() }] : others;
      show(keepFragments(next) ? '' : 'This browser keeps nothing for this site. ');
    });
    delete place.dataset['waiting'];
    show();
  }
}

/** The policy of the profile that is chosen on the page. */
function shownPolicy(): { profile: string; policy: string } {
  const chosen = document.querySelector<HTMLInputElement>('#policy input[name=profile]:checked');
  const profile = chosen?.value ?? 'recommended';
  const code = document.querySelector(`#policy [data-profile="${CSS.escape(profile)}"] pre code`);
  return { profile, policy: code?.textContent ?? '' };
}
