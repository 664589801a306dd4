import { isJsonObject, type JsonValue, type ToolDefinition } from '@toolwarden/catalogue';
import { type ClassifierInput, classify } from '../src/index.ts';
import { type LabelledTool, serverWordsOf } from './labels.ts';
import { type Share, share } from './score.ts';

/** A change of form that leaves the meaning alone, and how many answers stay the same under it. */
export type Stability = { change: string; category: Share; level: Share };

const changes: Record<string, (input: ClassifierInput) => ClassifierInput> = {
  'keys of the schemas in another order': ({ tool, ...rest }) => ({
    ...rest,
    tool: reversed(tool) as ToolDefinition,
  }),
  'the description broken into lines of 80 characters': (input) => described(input, wrapped),
  'a blank before and after the description': (input) => described(input, (text) => ` ${text}\n`),
  'the name with hyphens or underscores exchanged': ({ tool, ...rest }) => ({
    ...rest,
    tool: { ...tool, name: tool.name.replace(/[_-]/g, (sign) => (sign === '_' ? '-' : '_')) },
  }),
  'without annotations': ({ tool: { annotations: _, ...tool }, ...rest }) => ({ ...rest, tool }),
  'without the server’s words': ({ tool }) => ({ tool }),
};

/** Asks again about every tool in another form. */
export function stability(labels: readonly LabelledTool[]): Stability[] {
  const inputs = labels.map((label) => ({ server: serverWordsOf(label), tool: label.tool }));
  const plain = inputs.map(classify);
  return Object.entries(changes).map(([change, apply]) => {
    const again = inputs.map((input) => classify(apply(input)));
    const same = (key: 'category' | 'risk') =>
      share(again.filter((answer, at) => answer[key] === plain[at]?.[key]).length, inputs.length);
    return { change, category: same('category'), level: same('risk') };
  });
}

function described({ tool, ...rest }: ClassifierInput, change: (text: string) => string) {
  const description = tool['description'];
  return typeof description === 'string'
    ? { ...rest, tool: { ...tool, description: change(description) } }
    : { ...rest, tool };
}

// Only single blanks become breaks, so that paragraphs and lists stay what they are.
function wrapped(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/(.{60,80}) (?=\S)/g, '$1\n'))
    .join('\n');
}

function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
