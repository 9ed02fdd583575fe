const definitionOf = (kind: string, spec: object, version: object, root: object = {}) => {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.random.dev` },
    spec: {
      group: 'random.dev',
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec, ...root } } },
          ...version,
        },
      ],
    },
  };
};

const text = { type: 'string' };
const conditions = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: {
    type: 'object',
    required: ['type', 'status'],
    properties: {
      type: text,
      status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
      reason: text,
      message: text,
      lastTransitionTime: { type: 'string', format: 'date-time' },
    },
  },
};

/** Every kind of list and map, with both doors. */
export const gadgetDefinition = definitionOf(
  'Gadget',
  {
    type: 'object',
    required: ['size'],
    properties: {
      size: { type: 'string', enum: ['small', 'large'] },
      replicas: { type: 'integer', format: 'int32', default: 1, minimum: 0, maximum: 10 },
      port: { 'x-kubernetes-int-or-string': true },
      owner: { type: 'string', nullable: true },
      ratio: { type: 'number' },
      tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
      args: { type: 'array', items: text, 'x-kubernetes-list-type': 'atomic' },
      parts: {
        type: 'array',
        maxItems: 4,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          required: ['name'],
          properties: {
            name: text,
            weight: { type: 'integer', default: 5 },
            more: { type: 'object', additionalProperties: text },
          },
        },
      },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      embedded: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
      labels: { type: 'object', additionalProperties: text },
      whole: { type: 'object', additionalProperties: { type: 'integer' }, 'x-kubernetes-map-type': 'atomic' },
      nested: {
        type: 'object',
        nullable: true,
        default: { level: 1 },
        properties: {
          level: { type: 'integer', default: 2 },
          inner: { type: 'object', properties: { on: { type: 'boolean', default: false } } },
        },
      },
    },
  },
  {
    subresources: {
      status: {},
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      },
    },
  },
  {
    status: {
      type: 'object',
      properties: { replicas: { type: 'integer' }, selector: text, phase: text, conditions },
    },
  },
);

/** Two keys of which one has a default, rules over the change, lists of lists; no door for its status. */
export const gizmoDefinition = definitionOf(
  'Gizmo',
  {
    type: 'object',
    properties: {
      ports: {
        type: 'array',
        maxItems: 8,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['port', 'protocol'],
        items: {
          type: 'object',
          required: ['port'],
          properties: {
            port: { type: 'integer' },
            protocol: { type: 'string', default: 'TCP' },
            name: text,
          },
        },
      },
      fixed: {
        type: 'string',
        maxLength: 10,
        'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed is immutable' }],
      },
      range: {
        type: 'object',
        properties: { from: { type: 'integer', default: 0 }, to: { type: 'integer', default: 10 } },
        'x-kubernetes-validations': [{ rule: 'self.from <= self.to', message: 'from after to' }],
      },
      items: {
        type: 'array',
        items: { type: 'object', properties: { a: { type: 'integer' }, b: text } },
      },
      matrix: { type: 'array', items: { type: 'array', items: text } },
      map: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          properties: { weight: { type: 'integer', default: 1 } },
        },
      },
      open: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { known: { type: 'integer' } },
      },
      numbers: { type: 'array', items: { type: 'integer' }, 'x-kubernetes-list-type': 'set' },
      when: { type: 'string', format: 'date-time' },
      kind: { type: 'string', default: 'a' },
    },
  },
  {},
  { status: { type: 'object', properties: { seen: { type: 'integer' }, note: text } } },
);
