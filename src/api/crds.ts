import type { TSchema } from 'typebox';
import { invariant } from '../kernel/errors.ts';
import type { KubeObject } from './meta.ts';
import { type ResourceType, resources } from './resources.ts';
import {
  analysisRunSpecSchema,
  analysisRunStatusSchema,
  analysisTemplateSpecSchema,
} from './v1alpha1/analysis.ts';
import { experimentSpecSchema, experimentStatusSchema } from './v1alpha1/experiment.ts';
import { rolloutSpecSchema, rolloutStatusSchema } from './v1alpha1/rollout.ts';

/** A structural schema, as a CustomResourceDefinition carries it. */
export type StructuralSchema = { [member: string]: unknown };

interface CrdShape {
  readonly type: ResourceType;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: TSchema;
  readonly status?: TSchema;
  readonly columns: readonly Column[];
  readonly subresources?: Record<string, unknown>;
}

interface Column {
  readonly name: string;
  readonly type: 'integer' | 'string' | 'date';
  readonly jsonPath: string;
  readonly description: string;
}

const age: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Since when the object is there',
};
const phase: Column = {
  name: 'Status',
  type: 'string',
  jsonPath: '.status.phase',
  description: 'Pending, Running, Successful, Failed, Error or Inconclusive',
};

const shapes: readonly CrdShape[] = [
  {
    type: resources.rollouts,
    shortNames: ['ro'],
    description: 'A workload whose new versions take over traffic step by step.',
    spec: rolloutSpecSchema,
    status: rolloutStatusSchema,
    columns: [
      {
        name: 'Desired',
        type: 'integer',
        jsonPath: '.spec.replicas',
        description: 'Pods of a release at rest',
      },
      { name: 'Current', type: 'integer', jsonPath: '.status.replicas', description: 'Pods of all versions' },
      {
        name: 'Up-to-date',
        type: 'integer',
        jsonPath: '.status.updatedReplicas',
        description: 'Pods of the version that the spec asks for',
      },
      {
        name: 'Available',
        type: 'integer',
        jsonPath: '.status.availableReplicas',
        description: 'Pods that are ready long enough',
      },
      age,
    ],
    subresources: {
      scale: {
        labelSelectorPath: '.status.selector',
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.HPAReplicas',
      },
      status: {},
    },
  },
  {
    type: resources.analysisRuns,
    shortNames: ['ar'],
    description: 'One analysis: metrics that are measured and judged until the run is over.',
    spec: analysisRunSpecSchema,
    status: analysisRunStatusSchema,
    columns: [phase, age],
  },
  {
    type: resources.analysisTemplates,
    shortNames: ['at'],
    description: 'Metrics to measure, with arguments, from which runs are made.',
    spec: analysisTemplateSpecSchema,
    columns: [age],
  },
  {
    type: resources.clusterAnalysisTemplates,
    shortNames: ['cat'],
    description: 'An AnalysisTemplate for all namespaces.',
    spec: analysisTemplateSpecSchema,
    columns: [age],
  },
  {
    type: resources.experiments,
    shortNames: ['exp'],
    description: 'Versions that run side by side for a while, to be compared.',
    spec: experimentSpecSchema,
    status: experimentStatusSchema,
    columns: [phase, age],
  },
];

/** The CustomResourceDefinitions of our five kinds. */
export function customResourceDefinitions(): KubeObject[] {
  return shapes.map(crdOf);
}

const schemasByKind = new Map<string, StructuralSchema>();

/** The whole schema of one of our kinds, as its CRD carries it. */
export function schemaOfKind(kind: string): StructuralSchema {
  const known = schemasByKind.get(kind);
  if (known !== undefined) return known;
  const shape = shapes.find(({ type }) => type.kind === kind);
  invariant(shape !== undefined, 'only our kinds have a schema here', { kind });
  const schema = rootSchema(shape);
  schemasByKind.set(kind, schema);
  return schema;
}

function crdOf(shape: CrdShape): KubeObject {
  const { group, version, kind, plural, namespaced } = shape.type;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: shape.shortNames,
      },
      scope: namespaced ? 'Namespaced' : 'Cluster',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: shape.columns,
          schema: { openAPIV3Schema: rootSchema(shape) },
          ...(shape.subresources && { subresources: shape.subresources }),
        },
      ],
    },
  };
}

function rootSchema({ description, spec, status }: CrdShape): StructuralSchema {
  return {
    description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'The group and version that this object is written in.' },
      kind: { type: 'string', description: 'The kind of this object.' },
      metadata: { type: 'object' },
      spec: structural(spec),
      ...(status && { status: structural(status) }),
    },
  };
}

/** TypeBox' JSON Schema in the dialect of structural schemas: string maps are `additionalProperties`. */
export function structural(schema: TSchema): StructuralSchema {
  return convert(JSON.parse(JSON.stringify(schema)) as StructuralSchema);
}

function convert(schema: StructuralSchema): StructuralSchema {
  const { patternProperties, properties, items, ...plain } = schema as {
    patternProperties?: Record<string, StructuralSchema>;
    properties?: Record<string, StructuralSchema>;
    items?: StructuralSchema;
  };
  const values = patternProperties === undefined ? undefined : Object.values(patternProperties)[0];
  return {
    ...plain,
    ...(values && { additionalProperties: convert(values) }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, inner]) => [name, convert(inner)]),
      ),
    }),
    ...(items && { items: convert(items) }),
  };
}
