import { formatFieldError } from '../../src/api/validation/field-error.ts';
import { validatePodTemplate } from '../../src/api/validation/pod-template.ts';
import type { PodTemplateSpec } from '../../src/api/workloads.ts';

const container = (more: object = {}) => ({ name: 'shop', image: 'shop:v1', ...more });
const pod = (containers: object[], more: object = {}) =>
  ({ metadata: { labels: { app: 'shop' } }, spec: { containers, ...more } }) as PodTemplateSpec;
const one = (more: object) => pod([container(more)]);
const first = 'spec.template.spec.containers[0]';

/** Each row: what is wrong, the template, and all errors, as the user reads them. */
const rows: readonly [string, PodTemplateSpec, readonly string[]][] = [
  ['nothing', pod([container()]), []],
  [
    'a label that the API server would not take',
    { ...pod([container()]), metadata: { labels: { app: 'shop', tier: 'a b' } } },
    [
      "spec.template.metadata.labels: Invalid value: \"a b\": a label's value must be empty or consist of alphanumeric characters, '-', '_' or '.', start and end with an alphanumeric character, and have at most 63 characters",
    ],
  ],
  ['no image', one({ image: undefined }), [`${first}.image: Required value`]],
  [
    'a space after the image',
    one({ image: 'shop:v1 ' }),
    [`${first}.image: Invalid value: "shop:v1 ": must not have leading or trailing whitespace`],
  ],
  [
    'an unknown pull policy',
    one({ imagePullPolicy: 'always' }),
    [
      `${first}.imagePullPolicy: Unsupported value: "always": supported values: "Always", "IfNotPresent", "Never"`,
    ],
  ],
  [
    'one name for two containers, in whichever list',
    pod([container()], { initContainers: [container()] }),
    ['spec.template.spec.initContainers[0].name: Duplicate value: "shop"'],
  ],
  [
    'a port out of range, and a port twice',
    one({
      ports: [
        { name: 'http', containerPort: 70_000 },
        { name: 'http', containerPort: 1 },
      ],
    }),
    [
      `${first}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
      `${first}.ports[1].name: Duplicate value: "http"`,
    ],
  ],
  [
    'an unknown protocol',
    one({ ports: [{ containerPort: 80, protocol: 'tcp' }] }),
    [`${first}.ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"`],
  ],
  [
    'a variable with a value and a source',
    one({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
    [`${first}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`],
  ],
  [
    'a mount without its volume',
    pod([container({ volumeMounts: [{ name: 'data', mountPath: '/d' }] })], { volumes: [{ name: 'date' }] }),
    [`${first}.volumeMounts[0].name: Not found: "data"`],
  ],
  [
    'two mounts at one place',
    pod(
      [
        container({
          volumeMounts: [
            { name: 'd', mountPath: '/d' },
            { name: 'd', mountPath: '/d' },
          ],
        }),
      ],
      { volumes: [{ name: 'd' }] },
    ),
    [`${first}.volumeMounts[1].mountPath: Invalid value: "/d": must be unique`],
  ],
  [
    'a probe that does nothing',
    one({ readinessProbe: { periodSeconds: 5 } }),
    [`${first}.readinessProbe: Required value: must specify a handler type`],
  ],
  [
    'a probe that does two things',
    one({ livenessProbe: { httpGet: { port: 80 }, tcpSocket: { port: 80 } } }),
    [`${first}.livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`],
  ],
  [
    'a request above its limit',
    one({ resources: { requests: { cpu: '1' }, limits: { cpu: '500m' } } }),
    [`${first}.resources.requests: Invalid value: "1": must be less than or equal to cpu limit of 500m`],
  ],
  [
    'an amount that is none',
    one({ resources: { limits: { memory: '128MB' } } }),
    [`${first}.resources.limits.memory: Invalid value: "128MB": must be a quantity`],
  ],
  [
    'another restart policy',
    pod([container()], { restartPolicy: 'OnFailure' }),
    ['spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"'],
  ],
  [
    'a deadline for pods',
    pod([container()], { activeDeadlineSeconds: 60 }),
    [
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
    ],
  ],
];

describe('a pod template is judged as the API server would', () => {
  test.each(rows)('%s', (_, template, messages) => {
    const errors = validatePodTemplate(template, { matchLabels: { app: 'shop' } });
    expect(errors.map(formatFieldError)).toEqual(messages);
  });

  test('members that are null count as left out', () => {
    const template = one({ ports: null, env: null, resources: { limits: null }, livenessProbe: null });
    expect(validatePodTemplate(template, undefined)).toEqual([]);
  });
});
