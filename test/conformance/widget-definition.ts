/** A definition with most of what a schema can say, for several scenarios. */
export const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.conformance.dev' },
  spec: {
    group: 'conformance.dev',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        additionalPrinterColumns: [
          { name: 'Size', type: 'string', jsonPath: '.spec.size' },
          { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
          { name: 'Parts', type: 'string', jsonPath: '.spec.parts[*].name', priority: 1 },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              metadata: { type: 'object' },
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'string', enum: ['small', 'large'] },
                  replicas: { type: 'integer', default: 1, minimum: 0, maximum: 10, format: 'int32' },
                  ratio: { type: 'number', exclusiveMinimum: true, minimum: 0, multipleOf: 0.5 },
                  flag: { type: 'boolean' },
                  port: { 'x-kubernetes-int-or-string': true },
                  code: { type: 'string', pattern: '^[a-z]+$', maxLength: 5, minLength: 2 },
                  at: { type: 'string', format: 'date-time' },
                  owner: { type: 'string', nullable: true },
                  fixed: {
                    type: 'string',
                    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed is immutable' }],
                  },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  labels: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 2 },
                  tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
                  args: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string' } },
                  choice: {
                    type: 'object',
                    oneOf: [{ required: ['left'] }, { required: ['right'] }],
                    properties: { left: { type: 'string' }, right: { type: 'string' } },
                  },
                  any: {
                    type: 'object',
                    anyOf: [{ required: ['left'] }, { required: ['right'] }],
                    properties: { left: { type: 'string' }, right: { type: 'string' } },
                  },
                  never: {
                    type: 'object',
                    not: { required: ['bad'] },
                    properties: { bad: { type: 'string' } },
                  },
                  range: {
                    type: 'object',
                    properties: { from: { type: 'integer' }, to: { type: 'integer' } },
                    'x-kubernetes-validations': [{ rule: 'self.from <= self.to' }],
                  },
                  embedded: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    'x-kubernetes-preserve-unknown-fields': true,
                  },
                  parts: {
                    type: 'array',
                    maxItems: 3,
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: { name: { type: 'string' }, weight: { type: 'integer', default: 5 } },
                    },
                  },
                },
              },
              status: {
                type: 'object',
                properties: {
                  replicas: { type: 'integer' },
                  phase: { type: 'string' },
                  selector: { type: 'string' },
                },
              },
            },
          },
        },
      },
    ],
  },
};
