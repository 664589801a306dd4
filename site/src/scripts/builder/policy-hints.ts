import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { EditorView, Tooltip } from '@codemirror/view';
import type { SyntaxNode } from '@lezer/common';
import type { CatalogueTool } from '@toolwarden/catalogue';
import { argumentsOf, policyJsonSchema } from '@toolwarden/policy';
import { describeKey, keysAt, valuesAt } from '../../lib/workbench/schema-walk.ts';

const schema = policyJsonSchema();

/** Completes keys and values from the policy's JSON Schema, and names from the servers beside it. */
export function completePolicy(tools: () => readonly CatalogueTool[]) {
  return (context: CompletionContext): CompletionResult | null => {
    const node = syntaxTree(context.state).resolveInner(context.pos, -1);
    const word = context.matchBefore(/"[^"]*|\w+/);
    if (word === null && !context.explicit) return null;
    const isKey = standsForKey(node);
    const path = pathOf(context.state, node, isKey);
    const words = isKey ? namesFor(path, tools()) : valuesFor(path, tools());
    const options = [
      ...words.map((label) => ({ label: JSON.stringify(label), type: 'variable' })),
      ...(isKey
        ? keysAt(schema, path).map(({ key, description }) => ({
            label: JSON.stringify(key),
            type: 'property',
            ...(description !== undefined && { info: description }),
          }))
        : valuesAt(schema, path).map((value) => ({ label: JSON.stringify(value), type: 'enum' }))),
    ];
    if (options.length === 0) return null;
    // The closing quote that was put there with the opening one is replaced too.
    const after = context.state.sliceDoc(context.pos, context.pos + 1) === '"' ? 1 : 0;
    return {
      from: word?.from ?? context.pos,
      to: context.pos + after,
      options,
      validFor: /^"?[^"]*$/,
    };
  };
}

/** What a key under the pointer means. */
export function describeAt(view: EditorView, pos: number): Tooltip | null {
  const node = syntaxTree(view.state).resolveInner(pos, 1);
  const property = node.name === 'PropertyName' ? node : undefined;
  if (property === undefined) return null;
  const path = pathOf(view.state, property, true);
  const words = describeKey(schema, path, textOf(view.state, property));
  if (words === undefined) return null;
  return {
    pos: property.from,
    end: property.to,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'cm-hint';
      dom.textContent = words;
      return { dom };
    },
  };
}

function namesFor(path: readonly string[], tools: readonly CatalogueTool[]): string[] {
  return path.length === 1 && path[0] === 'tools' ? namesOf(tools) : [];
}

function valuesFor(path: readonly string[], tools: readonly CatalogueTool[]): string[] {
  if (path[0] === 'hide') return namesOf(tools);
  const isPath = path.at(-1) === 'path' || path.at(-1) === 'sum';
  const tool = tools.find(({ definition }) => definition.name === path[1]);
  return isPath && path[0] === 'tools' && tool ? argumentsOf(tool).map((each) => each.path) : [];
}

const namesOf = (tools: readonly CatalogueTool[]) => [
  ...new Set(tools.map(({ definition }) => definition.name)),
];

function standsForKey(node: SyntaxNode): boolean {
  if (node.name === 'PropertyName' || node.name === 'Object') return true;
  return node.type.isError && node.parent?.name === 'Object';
}

/** Keys and places from the top of the document to where a node stands; without the key itself. */
function pathOf(state: EditorState, node: SyntaxNode, isKey: boolean): string[] {
  const path: string[] = [];
  let isOwn = isKey;
  for (let at: SyntaxNode | null = node; at !== null; at = at.parent) {
    if (at.name === 'Property') {
      const name = at.getChild('PropertyName');
      const isItself = isOwn && name !== null && name.from === node.from;
      isOwn = false;
      if (name && !isItself) path.unshift(textOf(state, name));
    }
    if (at.parent?.name === 'Array') path.unshift('0');
  }
  return path;
}

function textOf(state: EditorState, { from, to }: SyntaxNode): string {
  return state.sliceDoc(from, to).replace(/^"|"$/g, '');
}
