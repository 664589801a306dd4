import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ElicitRequestFormParams,
  McpServer,
  ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';

type FormSchema = ElicitRequestFormParams['requestedSchema'];

const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });
const STEP_MS = 50;

/** Tools that say something before they answer, in both eras. */
export function addTalkingTools(server: McpServer): void {
  const log = { description: 'Sends three log messages' };
  const sendLogs = async (_: unknown, context: ServerContext) => {
    await context.mcpReq.log('info', 'Tool execution started');
    await sleep(STEP_MS);
    await context.mcpReq.log('info', 'Tool processing data');
    await sleep(STEP_MS);
    await context.mcpReq.log('info', 'Tool execution completed');
    return text('Tool with logging executed');
  };
  const nothing = z.object({});
  server.registerTool('test_tool_with_logging', { ...log, inputSchema: nothing }, sendLogs);
  server.registerTool('test_logging_tool', { ...log, inputSchema: nothing }, sendLogs);
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Reports its progress', inputSchema: nothing },
    async (_, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progress > 0) await sleep(STEP_MS);
        if (progressToken === undefined) continue;
        const params = { progressToken, progress, total: 100 };
        await mcpReq.notify({ method: 'notifications/progress', params });
      }
      return text('Tool with progress executed');
    },
  );
}

/** Tools that ask the client something while they run, as only the session era allows. */
export function addAskingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Asks the client its model', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const content = { type: 'text' as const, text: prompt };
      const messages = [{ role: 'user' as const, content }];
      const answer = await mcpReq.requestSampling({ messages, maxTokens: 100 });
      return text(`LLM response: ${JSON.stringify(answer.content)}`);
    },
  );
  const elicit = (name: string, description: string, requestedSchema: FormSchema) =>
    server.registerTool(name, { description, inputSchema: z.object({}) }, async (_, { mcpReq }) => {
      const message = 'Please fill this in';
      const { action, content } = await mcpReq.elicitInput({ message, requestedSchema });
      return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);
    });
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the user', inputSchema: z.object({ message: z.string() }) },
    async ({ message }, { mcpReq }) => {
      const { action, content } = await mcpReq.elicitInput({ message, requestedSchema: userForm });
      return text(`User response: action: ${action}, content: ${JSON.stringify(content)}`);
    },
  );
  elicit('test_elicitation_sep1034_defaults', 'Asks with defaults', formWithDefaults);
  elicit('test_elicitation_sep1330_enums', 'Asks for choices', formWithChoices);
  server.registerTool(
    'test_reconnection',
    { description: 'Ends its stream before it answers', inputSchema: z.object({}) },
    async (_, { http }) => {
      await sleep(STEP_MS);
      http?.closeSSE?.();
      await sleep(2 * STEP_MS);
      return text('Reconnection test completed');
    },
  );
}

const userForm: FormSchema = {
  type: 'object',
  properties: {
    username: { type: 'string', description: "User's response" },
    email: { type: 'string', description: "User's email address" },
  },
  required: ['username', 'email'],
};

const formWithDefaults: FormSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
};

const titled = (prefix: string, word: string) =>
  ['First', 'Second', 'Third'].map((each, index) => ({
    const: `${prefix}${index + 1}`,
    title: `${each} ${word}`,
  }));
const options = ['option1', 'option2', 'option3'];

const formWithChoices: FormSchema = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: options },
    titledSingle: { type: 'string', oneOf: titled('value', 'Option') },
    legacyEnum: {
      ...{ type: 'string', enum: ['opt1', 'opt2', 'opt3'] },
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
    titledMulti: { type: 'array', items: { anyOf: titled('value', 'Choice') } },
  },
};
