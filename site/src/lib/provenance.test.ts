import { joinEntry, type ServerRecord, toolDigest } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { provenanceOf } from './provenance.ts';

test('a judgement that a model had a part in names model, endpoint, prompt and answers', () => {
  const definition = { name: 'get_note' };
  const digest = toolDigest(definition);
  const record: ServerRecord = {
    id: 'npm:notes',
    version: '1.0.0',
    outcome: 'complete',
    configurations: [],
    tools: [{ definition, digest, configurations: ['default'] }],
  };
  const [tool] = joinEntry(record, {
    id: record.id,
    tools: [
      {
        tool: 'get_note',
        toolDigest: digest,
        inputDigest: digest,
        category: 'Read',
        label: 'Read',
        traits: [],
        risk: 'Low',
        riskRows: ['R1'],
        confidence: 'high',
        review: [],
        rationale: 'One call gets a note.',
        evidence: [],
        provenance: {
          taxonomyVersion: '1',
          rulesetVersion: '7',
          profile: 'standard',
          method: 'model+rules',
          model: 'some-model',
          endpointHost: 'models.example.com',
          promptVersion: '1',
          samples: 3,
        },
      },
    ],
  }).tools;
  if (tool === undefined) throw new Error('the fixture has a tool');
  const entry = joinEntry(record);
  expect(provenanceOf(entry, tool)).toEqual(
    expect.arrayContaining([
      { label: 'Judged by', value: 'model+rules', isCode: false },
      { label: 'Model', value: 'some-model', isCode: true },
      { label: 'Endpoint', value: 'models.example.com', isCode: true },
      { label: 'Answers of the model', value: '3', isCode: false },
      { label: 'Prompt', value: '1', isCode: true },
    ]),
  );
});
