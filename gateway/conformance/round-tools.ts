import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  type ElicitRequestFormParams,
  type InputRequests,
  inputRequired,
  inputResponse,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';

/** Seals the state of a call between its rounds; one process serves all rounds. */
export const roundState = createRequestStateCodec<{ step: number }>({
  key: crypto.getRandomValues(new Uint8Array(32)),
});

const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });
type FormSchema = ElicitRequestFormParams['requestedSchema'];
const form = (name: string, type: 'string' | 'boolean'): FormSchema => ({
  type: 'object',
  properties: { [name]: type === 'string' ? { type } : { type } },
  required: [name],
});
const elicit = (message: string, name: string, type: 'string' | 'boolean' = 'string') =>
  inputRequired.elicit({ message, requestedSchema: form(name, type) });
const sample = (question: string, maxTokens: number) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: question } }],
    maxTokens,
  });

type Round = ServerContext['mcpReq'];
const capabilitiesIn = (envelope: Round['envelope']) =>
  ((envelope as Record<string, unknown> | undefined)?.[CLIENT_CAPABILITIES_META_KEY] ??
    {}) as ClientCapabilities;
type Outcome = ReturnType<typeof text> | ReturnType<typeof inputRequired>;

/** Tools and a prompt of the stateless era that ask by answering: each round is a call of its own. */
export function addRoundTools(server: McpServer): void {
  const tool = (
    name: string,
    description: string,
    run: (round: Round) => Outcome | Promise<Outcome>,
  ) =>
    server.registerTool(
      `test_input_required_result_${name}`,
      { description, inputSchema: z.object({}) },
      (_, { mcpReq }) => run(mcpReq),
    );
  const ask = (inputRequests: InputRequests) => inputRequired({ inputRequests });
  const askWith = async (step: number, inputRequests: InputRequests) =>
    inputRequired({ inputRequests, requestState: await roundState.mint({ step }) });

  tool('elicitation', 'Asks for a name', ({ inputResponses }) => {
    const given = acceptedContent(inputResponses, 'user_name', z.object({ name: z.string() }));
    return given
      ? text(`Hello, ${given.name}!`)
      : ask({ user_name: elicit('What is your name?', 'name') });
  });
  tool('sampling', 'Asks the client its model', ({ inputResponses }) => {
    const given = inputResponse(inputResponses, 'capital_question');
    if (given.kind === 'sampling') return text(JSON.stringify(given.result.content));
    return ask({ capital_question: sample('What is the capital of France?', 100) });
  });
  tool('list_roots', 'Asks for the roots', ({ inputResponses }) => {
    const given = inputResponse(inputResponses, 'client_roots');
    if (given.kind === 'roots') return text(given.roots.map(({ uri }) => uri).join(' '));
    return ask({ client_roots: inputRequired.listRoots() });
  });
  tool('request_state', 'Keeps state between rounds', ({ inputResponses, requestState }) =>
    requestState() !== undefined && acceptedContent(inputResponses, 'confirm')
      ? text('state-ok')
      : askWith(1, { confirm: elicit('Please confirm', 'ok', 'boolean') }),
  );
  tool('tampered_state', 'Refuses state that was changed', ({ inputResponses, requestState }) =>
    requestState() !== undefined && acceptedContent(inputResponses, 'confirm')
      ? text('state-ok')
      : askWith(1, { confirm: elicit('Please confirm', 'ok', 'boolean') }),
  );
  tool('multiple_inputs', 'Asks three things at once', ({ inputResponses }) => {
    const kinds = ['user_name', 'greeting', 'client_roots'].map(
      (key) => inputResponse(inputResponses, key).kind,
    );
    if (!kinds.includes('missing')) return text('All answers are there');
    return askWith(1, {
      user_name: elicit('What is your name?', 'name'),
      greeting: sample('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    });
  });
  tool('multi_round', 'Asks twice', ({ inputResponses, requestState }) => {
    const step = requestState<{ step: number }>()?.step ?? 0;
    if (step === 2 && acceptedContent(inputResponses, 'step2')) return text('Both steps are done');
    if (step === 1 && acceptedContent(inputResponses, 'step1')) {
      return askWith(2, { step2: elicit('Step 2: What is your favorite color?', 'color') });
    }
    return askWith(1, { step1: elicit('Step 1: What is your name?', 'name') });
  });
  tool('capabilities', 'Asks only what the client can answer', ({ inputResponses, envelope }) => {
    if (Object.keys(inputResponses ?? {}).length > 0) return text('Answered');
    const can = capabilitiesIn(envelope);
    const requests: InputRequests = {
      ...(can.sampling && { question: sample('What is the capital of France?', 100) }),
      ...(can.elicitation && { user_name: elicit('What is your name?', 'name') }),
    };
    return Object.keys(requests).length > 0 ? ask(requests) : text('Nothing can be asked');
  });
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Asks for its context first' },
    ({ mcpReq }) => {
      const given = acceptedContent<{ context: string }>(mcpReq.inputResponses, 'user_context');
      if (!given)
        return ask({ user_context: elicit('What context should the prompt use?', 'context') });
      const content = { type: 'text' as const, text: `Context: ${given.context}` };
      return { messages: [{ role: 'user' as const, content }] };
    },
  );
  addDiagnosticTools(server, ask);
}

function addDiagnosticTools(server: McpServer, ask: (requests: InputRequests) => Outcome): void {
  server.registerTool(
    'test_missing_capability',
    { description: 'Needs a client that can sample', inputSchema: z.object({}) },
    // The library refuses to ask what the client did not say it can answer.
    () => ask({ question: sample('What is the capital of France?', 100) }),
  );
  server.registerTool(
    'test_streaming_elicitation',
    { description: 'Reports, then asks', inputSchema: z.object({}) },
    async (_, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      if (progressToken !== undefined) {
        const params = { progressToken, progress: 1, total: 2 };
        await mcpReq.notify({ method: 'notifications/progress', params });
      }
      return ask({ user_name: elicit('What is your name?', 'name') });
    },
  );
}
