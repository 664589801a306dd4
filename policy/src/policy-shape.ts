// Written by npm run fix:policy-shape from the schema in policy.ts.
import type { Shape, Shapes } from './fits-shape.ts';

/** The shape of a policy document. */
export const policyShape: Shape = {
  properties: {
    version: { type: 'string', enum: ['1'] },
    $schema: { maxLength: 2000, type: 'string' },
    name: { maxLength: 200, type: 'string' },
    description: { maxLength: 2000, type: 'string' },
    default: { enum: ['deny', 'allow'], type: 'string' },
    hide: {
      maxItems: 10000,
      items: { minLength: 1, maxLength: 256, type: 'string' },
      type: 'array',
    },
    all_tools: { $ref: 'rule' },
    tools: {
      propertyNames: { minLength: 1, maxLength: 256, type: 'string' },
      additionalProperties: { $ref: 'rule' },
      type: 'object',
    },
    classes: {
      propertyNames: {
        enum: [
          'category:Read',
          'category:Write',
          'category:Execute',
          'label:Read',
          'label:Write',
          'label:Execute',
          'label:Destructive',
          'label:Financial',
          'trait:bulk',
          'trait:code_execution',
          'trait:communicates_externally',
          'trait:contained',
          'trait:credential_access',
          'trait:destructive',
          'trait:destructive_option',
          'trait:financial',
          'trait:multi_action',
          'trait:private_data',
          'trait:raw_query',
          'trait:suspicious_definition',
          'trait:untrusted_content',
          'level:Low',
          'level:Medium',
          'level:High',
          'level:Critical',
        ],
        type: 'string',
      },
      additionalProperties: { $ref: 'rule' },
      type: 'object',
    },
    flows: { maxItems: 10000, items: { $ref: 'flow' }, type: 'array' },
    resources: {
      propertyNames: { minLength: 1, maxLength: 256, type: 'string' },
      additionalProperties: { $ref: 'rule' },
      type: 'object',
    },
    prompts: {
      propertyNames: { minLength: 1, maxLength: 256, type: 'string' },
      additionalProperties: { $ref: 'rule' },
      type: 'object',
    },
    sampling: { $ref: 'rule' },
    elicitation: { $ref: 'rule' },
    pinning: { enum: ['off', 'warn', 'enforce'], type: 'string' },
  },
  required: ['version', 'default'],
  additionalProperties: false,
  type: 'object',
};

/** The shapes that it leads to. */
export const shapes: Shapes = {
  rule: {
    properties: {
      action: { enum: ['allow', 'deny', 'approve'], type: 'string' },
      reason: { maxLength: 2000, type: 'string' },
      require: { maxItems: 10000, items: { $ref: 'condition' }, type: 'array' },
      deny_if: {
        maxItems: 10000,
        items: {
          properties: {
            conditions: { maxItems: 10000, items: { $ref: 'condition' }, type: 'array' },
            on_deny: { maxLength: 2000, type: 'string' },
          },
          required: ['conditions'],
          additionalProperties: false,
          type: 'object',
        },
        type: 'array',
      },
      approve_if: {
        maxItems: 10000,
        items: {
          properties: {
            conditions: { maxItems: 10000, items: { $ref: 'condition' }, type: 'array' },
            reason: { maxLength: 2000, type: 'string' },
          },
          required: ['conditions'],
          additionalProperties: false,
          type: 'object',
        },
        type: 'array',
      },
      limits: { maxItems: 10000, items: { $ref: 'limit' }, type: 'array' },
      rate_limit: {
        properties: {
          max: { minimum: 0, maximum: 9007199254740991, type: 'integer' },
          window: { exclusiveMinimum: 0, maximum: 31622400, type: 'integer' },
        },
        required: ['max', 'window'],
        additionalProperties: false,
        type: 'object',
      },
      approval: {
        properties: {
          timeout: {
            pattern: '^(second|minute|hour|day|[1-9]\\d{0,7}[smhd])$',
            check: 'isShortEnough',
            type: 'string',
          },
          hold: {
            pattern: '^(second|minute|hour|day|[1-9]\\d{0,7}[smhd])$',
            check: 'isShortEnough',
            type: 'string',
          },
        },
        additionalProperties: false,
        type: 'object',
      },
      response: {
        properties: {
          max_bytes: { exclusiveMinimum: 0, maximum: 9007199254740991, type: 'integer' },
          redact: {
            maxItems: 10000,
            items: {
              anyOf: [{ minLength: 1, maxLength: 1024, type: 'string' }, { $ref: 'secrets' }],
            },
            type: 'array',
          },
          strip_control: { type: 'boolean' },
        },
        additionalProperties: false,
        type: 'object',
      },
      marks: {
        maxItems: 13,
        items: {
          enum: [
            'bulk',
            'code_execution',
            'communicates_externally',
            'contained',
            'credential_access',
            'destructive',
            'destructive_option',
            'financial',
            'multi_action',
            'private_data',
            'raw_query',
            'suspicious_definition',
            'untrusted_content',
          ],
          type: 'string',
        },
        type: 'array',
      },
    },
    additionalProperties: false,
    type: 'object',
  },
  condition: {
    anyOf: [
      {
        anyOf: [
          {
            properties: {
              op: { type: 'string', enum: ['eq'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: {
                anyOf: [
                  { type: 'string' },
                  { type: 'number' },
                  { type: 'boolean' },
                  { type: 'null' },
                ],
              },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['neq'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: {
                anyOf: [
                  { type: 'string' },
                  { type: 'number' },
                  { type: 'boolean' },
                  { type: 'null' },
                ],
              },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['lt'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: { type: 'number' },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['lte'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: { type: 'number' },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['gt'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: { type: 'number' },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['gte'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: { type: 'number' },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['in'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: {
                minItems: 1,
                maxItems: 10000,
                items: {
                  anyOf: [
                    { type: 'string' },
                    { type: 'number' },
                    { type: 'boolean' },
                    { type: 'null' },
                  ],
                },
                type: 'array',
              },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['not_in'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: {
                minItems: 1,
                maxItems: 10000,
                items: {
                  anyOf: [
                    { type: 'string' },
                    { type: 'number' },
                    { type: 'boolean' },
                    { type: 'null' },
                  ],
                },
                type: 'array',
              },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['exists'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: { type: 'boolean' },
            },
            required: ['path', 'op'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['contains'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: {
                anyOf: [
                  { type: 'string' },
                  { type: 'number' },
                  { type: 'boolean' },
                  { type: 'null' },
                ],
              },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['matches'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: { minLength: 1, maxLength: 1024, type: 'string' },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['regex'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: { minLength: 1, maxLength: 1024, type: 'string' },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['within'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: {
                anyOf: [
                  { minLength: 1, maxLength: 4096, check: 'isRoot', type: 'string' },
                  {
                    minItems: 1,
                    maxItems: 1000,
                    items: { minLength: 1, maxLength: 4096, check: 'isRoot', type: 'string' },
                    type: 'array',
                  },
                ],
              },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['host_in'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: {
                anyOf: [
                  { maxLength: 260, check: 'isHost', type: 'string' },
                  {
                    minItems: 1,
                    maxItems: 1000,
                    items: { maxLength: 260, check: 'isHost', type: 'string' },
                    type: 'array',
                  },
                ],
              },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['max_length'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: { minimum: 0, maximum: 9007199254740991, type: 'integer' },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
          {
            properties: {
              op: { type: 'string', enum: ['max_items'] },
              path: { maxLength: 512, check: 'isPath', type: 'string' },
              value: { minimum: 0, maximum: 9007199254740991, type: 'integer' },
            },
            required: ['path', 'op', 'value'],
            additionalProperties: false,
            type: 'object',
          },
        ],
      },
      { $ref: 'any' },
      { $ref: 'not' },
    ],
  },
  any: {
    properties: {
      any: { minItems: 1, maxItems: 1000, items: { $ref: 'condition' }, type: 'array' },
    },
    required: ['any'],
    additionalProperties: false,
    type: 'object',
  },
  not: {
    properties: { not: { $ref: 'condition' } },
    required: ['not'],
    additionalProperties: false,
    type: 'object',
  },
  limit: {
    properties: {
      counter: { minLength: 1, maxLength: 128, type: 'string' },
      window: {
        pattern: '^(second|minute|hour|day|[1-9]\\d{0,7}[smhd])$',
        check: 'isShortEnough',
        type: 'string',
      },
      max: { minimum: 0, type: 'number' },
      scope: { enum: ['grant', 'session', 'server'], type: 'string' },
      sum: { maxLength: 512, check: 'isPath', type: 'string' },
      on_deny: { maxLength: 2000, type: 'string' },
    },
    required: ['window', 'max'],
    additionalProperties: false,
    check: 'isWholeOrSum',
    type: 'object',
  },
  secrets: {
    properties: {
      preset: { type: 'string', enum: ['secrets'] },
      allow: {
        maxItems: 10000,
        items: { minLength: 1, maxLength: 1024, type: 'string' },
        type: 'array',
      },
    },
    required: ['preset'],
    additionalProperties: false,
    type: 'object',
  },
  flow: {
    properties: {
      after: {
        properties: {
          traits: {
            minItems: 1,
            items: {
              enum: [
                'bulk',
                'code_execution',
                'communicates_externally',
                'contained',
                'credential_access',
                'destructive',
                'destructive_option',
                'financial',
                'multi_action',
                'private_data',
                'raw_query',
                'suspicious_definition',
                'untrusted_content',
              ],
              type: 'string',
            },
            type: 'array',
          },
        },
        required: ['traits'],
        additionalProperties: false,
        type: 'object',
      },
      within: {
        pattern: '^(second|minute|hour|day|[1-9]\\d{0,7}[smhd])$',
        check: 'isShortEnough',
        type: 'string',
      },
      then: {
        properties: {
          traits: {
            minItems: 1,
            items: {
              enum: [
                'bulk',
                'code_execution',
                'communicates_externally',
                'contained',
                'credential_access',
                'destructive',
                'destructive_option',
                'financial',
                'multi_action',
                'private_data',
                'raw_query',
                'suspicious_definition',
                'untrusted_content',
              ],
              type: 'string',
            },
            type: 'array',
          },
        },
        required: ['traits'],
        additionalProperties: false,
        type: 'object',
      },
      scope: { enum: ['grant', 'session'], type: 'string' },
      action: { enum: ['deny', 'approve'], type: 'string' },
      reason: { maxLength: 2000, type: 'string' },
    },
    required: ['after', 'within', 'then', 'action'],
    additionalProperties: false,
    type: 'object',
  },
};
