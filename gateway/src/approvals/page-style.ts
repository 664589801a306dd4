import { createHash } from 'node:crypto';

/** The style of the approval pages, whole: they load nothing. */
export const pageStyle = `
:root { color-scheme: light dark; --text: #1b1f24; --soft: #57606a; --back: #fbfaf7; --card: #fff; --line: #d5d3cc;
  --go: #0b5f4b; --stop: #9b1c1c; --added: #dff3e4; --removed: #fbe3e1; --mark: #ffe08a; }
@media (prefers-color-scheme: dark) { :root { --text: #e8e6e1; --soft: #a8b0b8; --back: #14171a; --card: #1d2125;
  --line: #3a4048; --go: #7fd6bd; --stop: #ff9d94; --added: #12372a; --removed: #45201d; --mark: #6b5200; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem; font: 1rem/1.55 system-ui, sans-serif;
  color: var(--text); background: var(--back); }
header { display: flex; gap: 1rem; align-items: baseline; justify-content: space-between; flex-wrap: wrap; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
a { color: inherit; } summary { cursor: pointer; color: var(--soft); } .soft { color: var(--soft); }
ul.calls { list-style: none; margin: 0; padding: 0; display: grid; gap: .6rem; grid-template-columns: minmax(0, 1fr); }
code { overflow-wrap: anywhere; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; }
.card p { margin: .2rem 0; } .tool { font: 600 1rem/1.4 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; } dd { margin: 0; overflow-wrap: anywhere; }
dt { color: var(--soft); }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 0; margin: .5rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere; font: .9rem/1.5 ui-monospace, monospace; }
pre span.line { display: block; padding: 0 1rem; unicode-bidi: isolate; }
ins, del { display: block; padding: 0 1rem; text-decoration: none; unicode-bidi: isolate; }
ins { background: var(--added); } del { background: var(--removed); }
.compared .line::before { content: "  "; } ins::before { content: "+ "; } del::before { content: "- "; }
mark { background: var(--mark); color: inherit; border-radius: .2rem; padding: 0 .15rem; }
.answers { display: flex; gap: .75rem; flex-wrap: wrap; margin-top: 1rem; }
button, input { font: inherit; padding: .55rem 1rem; border-radius: .4rem; border: 1px solid var(--line); }
button { cursor: pointer; font-weight: 600; background: var(--card); color: var(--text); }
button.go { border-color: var(--go); color: var(--go); } button.stop { border-color: var(--stop); color: var(--stop); }
input { background: var(--card); color: var(--text); width: 100%; max-width: 32rem; }
:focus-visible { outline: 3px solid var(--go); outline-offset: 2px; }
.notice { border-left: 4px solid var(--go); padding: .5rem .9rem; background: var(--card); }
.for-readers { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

/** What a browser may do with the pages: show them, with this style, and send their own forms back. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
