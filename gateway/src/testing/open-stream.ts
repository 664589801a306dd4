import { request } from 'node:http';
import type { JsonObject } from '@toolwarden/catalogue';
import { onTestFinished } from 'vitest';

/** Opens a stream of the gateway: by GET, or with a message by POST; says what came by it so far. */
export function openStream(
  url: string,
  headers: Record<string, string>,
  message?: JsonObject,
): {
  messages(): JsonObject[];
  methods(): string[];
  isOpen(): boolean;
  isDone(): boolean;
  text(): string;
} {
  const method = message === undefined ? 'GET' : 'POST';
  const sent = message && {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
  };
  let text = '';
  let isOpen = false;
  let isDone = false;
  const asked = request(url, { method, headers: { ...sent, ...headers } }, (response) => {
    isOpen = true;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('close', () => {
      isOpen = false;
      isDone = true;
    });
    response.on('error', () => {});
  });
  asked.on('error', () => {});
  asked.end(message && JSON.stringify(message));
  onTestFinished(() => void asked.destroy());
  const messages = () =>
    text.split('\n').flatMap((line) => {
      if (!line.startsWith('data: {')) return [];
      return [JSON.parse(line.slice('data: '.length)) as JsonObject];
    });
  return {
    messages,
    methods: () => messages().map((each) => String(each['method'])),
    isOpen: () => isOpen,
    isDone: () => isDone,
    text: () => text,
  };
}
