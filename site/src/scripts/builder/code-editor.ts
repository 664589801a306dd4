import { autocompletion, closeBrackets, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { CatalogueTool } from '@toolwarden/catalogue';
import type { Finding } from '@toolwarden/policy';
import { completePolicy, describeAt } from './policy-hints.ts';

/** An editor for the text of a policy. */
export type CodeEditor = {
  setText: (text: string) => void;
  showFindings: () => void;
  focus: () => void;
  close: () => void;
};
type Options = {
  text: string;
  onChange: (text: string) => void;
  findings: () => readonly Finding[];
  tools: () => readonly CatalogueTool[];
};

/**
 * Opens the editor in a shadow root: there its styles are adopted sheets, which the page's Content-Security-Policy
 * lets through, where style elements would be refused.
 */
export function openCodeEditor(place: HTMLElement, options: Options): CodeEditor {
  const root = place.shadowRoot ?? place.attachShadow({ mode: 'open' });
  let isOurs = false;
  // What was typed comes back as the policy's text, later than more is typed; only another's text replaces it.
  const sent = new Set<string>();
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        history(),
        indentOnInput(),
        closeBrackets(),
        json(),
        syntaxHighlighting(COLOURS),
        autocompletion({ override: [completePolicy(options.tools)] }),
        hoverTooltip(describeAt),
        lintGutter(),
        keymap.of([
          ...completionKeymap,
          ...lintKeymap,
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'policy.json' }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged || isOurs) return;
          const text = update.state.doc.toString();
          sent.add(text);
          options.onChange(text);
        }),
        typeOurselves,
        LOOK,
      ],
    }),
  });
  const showFindings = () =>
    view.dispatch(setDiagnostics(view.state, diagnostics(view.state, options.findings())));
  showFindings();
  return {
    setText(text) {
      if (text === view.state.doc.toString()) return sent.clear();
      if (sent.has(text)) return;
      sent.clear();
      isOurs = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      isOurs = false;
    },
    showFindings,
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}

/**
 * Browsers that replace a selection by typing keep its colours in a style attribute, which the page's
 * Content-Security-Policy refuses and reports; so letters go into the document without them.
 */
const typeOurselves = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data } = event;
    if (event.inputType !== 'insertText' || data === null || view.composing) return false;
    const { from, to } = view.state.selection.main;
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type' });
    const isTaken = view.state
      .facet(EditorView.inputHandler)
      .some((handle) => handle(view, from, to, data, insert));
    if (!isTaken) view.dispatch(insert());
    return true;
  },
});

function diagnostics({ doc }: EditorState, findings: readonly Finding[]): Diagnostic[] {
  return findings.map(({ line, column, severity, message, code }) => {
    const row = doc.line(Math.min(line, doc.lines));
    const from = Math.min(row.from + column - 1, row.to);
    return { from, to: row.to, severity, message, source: code };
  });
}

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--link)' },
  { tag: tags.string, color: 'light-dark(#1d5b2c, #a5d6a0)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'light-dark(#8a3200, #f5b183)' },
]);

const LOOK = EditorView.theme({
  '&': {
    background: 'var(--sheet)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    fontSize: '0.875rem',
    maxHeight: '40rem',
  },
  '&.cm-focused': { outline: '3px solid var(--link)', outlineOffset: '2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    background: 'var(--sunk)',
    color: 'var(--soft)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-tooltip': {
    background: 'var(--sheet)',
    color: 'var(--ink)',
    border: '1px solid var(--rule)',
    maxWidth: '24rem',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    background: 'var(--link)',
    color: 'var(--paper)',
  },
  '.cm-hint': { padding: '0.3rem 0.6rem' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground, ::selection': {
    background: 'var(--mark)',
  },
});
