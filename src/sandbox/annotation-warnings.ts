import type { KubeObject } from '../api/meta.ts';
import { nearest } from '../api/nearest.ts';
import { parseGoDuration } from '../kernel/duration.ts';
import { isObject, valueAt } from './json.ts';
import { trafficAnnotations } from './traffic/annotations.ts';
import { parseApplyDelay } from './traffic/router-faults.ts';
import {
  desiredReplicasAnnotation,
  failures,
  lifeAnnotations,
  nodeAnnotations,
} from './workloads/annotations.ts';

/**
 * What a writer should know of the sandbox's annotations on an object and in its pod templates: a name that nobody reads, a value that
 * cannot be read, a place where nobody looks. kubectl prints these as warnings; the object is stored all the same.
 */
export function annotationWarnings(object: KubeObject): string[] {
  const { kind, metadata } = object;
  const own = readers[kind];
  const templates = own === undefined ? templatesOf(object) : [];
  const reader = own ?? (templates.length === 0 ? 'route' : undefined);
  return [
    ...warningsOf(metadata.annotations, { reader, what: `this ${kind}`, path: 'metadata.annotations' }),
    ...templates.flatMap(({ path, annotations }) =>
      warningsOf(annotations, { reader: 'pod', what: 'this pod template', path }),
    ),
  ];
}

/** Whether the annotations of an object, and those in its templates, are the very ones that it had before. */
export function hasSameAnnotations(object: KubeObject, previous: KubeObject | undefined): boolean {
  if (previous === undefined || object.metadata.annotations !== previous.metadata.annotations) return false;
  return valueAt(object, ['spec']) === valueAt(previous, ['spec']);
}

const domain = 'sandbox.sluice.dev/';

/** What reads an annotation where it belongs. */
type Reader = 'pod' | 'route' | 'autoscaler' | 'node';

const homes: Readonly<Record<Reader, string>> = {
  pod: 'put it in spec.template.metadata.annotations of what makes the pods',
  route: 'put it on the route object (a VirtualService, HTTPRoute, Ingress, …) or on the Service behind it',
  autoscaler: 'put it on a HorizontalPodAutoscaler',
  node: 'put it on a Node',
};

interface Place {
  /** Undefined: whatever has pod templates; of its own annotations none is read. */
  readonly reader: Reader | undefined;
  readonly what: string;
  readonly path: string;
}

/** Kinds without pod templates that are no routes. */
const readers: Readonly<Record<string, Reader | undefined>> = {
  Pod: 'pod',
  HorizontalPodAutoscaler: 'autoscaler',
  Node: 'node',
};

/** Every pod template in an object, and where: of a workload one, of a CronJob one deeper, of an Experiment several. */
function templatesOf(object: KubeObject): { readonly path: string; readonly annotations: unknown }[] {
  const templates = valueAt(object, ['spec', 'templates']);
  const several = Array.isArray(templates) ? templates : [];
  const found: [path: string, template: unknown][] = [
    ['template', valueAt(object, ['template'])],
    ['spec.template', valueAt(object, ['spec', 'template'])],
    ['spec.jobTemplate.spec.template', valueAt(object, ['spec', 'jobTemplate', 'spec', 'template'])],
    ...several.map((one, index): [string, unknown] => [
      `spec.templates[${index}].template`,
      isObject(one) ? one.template : undefined,
    ]),
  ];
  return found.flatMap(([path, template]) => {
    if (!isObject(template)) return [];
    const { metadata } = template;
    const annotations = isObject(metadata) ? metadata.annotations : undefined;
    return [{ path: `${path}.metadata.annotations`, annotations }];
  });
}

function warningsOf(annotations: unknown, { reader, what, path }: Place): string[] {
  if (typeof annotations !== 'object' || annotations === null) return [];
  return Object.entries(annotations).flatMap(([name, value]) => {
    if (!name.startsWith(domain)) return [];
    const rule = rules[name];
    const place = `${path}[${name}]`;
    if (rule === undefined) return [`${place}: ${unknown(name)}`];
    if (!rule.isValid(String(value))) {
      return [`${place}: ${JSON.stringify(value)} is not ${rule.allowed}; it is ignored`];
    }
    return rule.on === reader ? [] : [`${place}: nothing reads it on ${what}; ${homes[rule.on]}`];
  });
}

function unknown(name: string): string {
  const known = Object.keys(rules).map((one) => one.slice(domain.length));
  const meant = nearest(name.slice(domain.length), known);
  const hint = meant === undefined ? `it has ${known.join(', ')}` : `did you mean ${domain}${meant}?`;
  return `the sandbox has no such annotation; ${hint}`;
}

interface Rule {
  readonly on: Reader;
  readonly allowed: string;
  readonly isValid: (text: string) => boolean;
}

const isNumber = (text: string) => text.trim() !== '' && Number.isFinite(Number(text)) && Number(text) >= 0;
const isShare = (text: string) => isNumber(text) && Number(text) <= 1;
const isWhole = (least: number, most: number) => (text: string) =>
  isNumber(text) && Number.isInteger(Number(text)) && Number(text) >= least && Number(text) <= most;

function isSchedule(isValue: (text: string) => boolean): (text: string) => boolean {
  return (text) =>
    text.split(',').every((part) => {
      const [after = '', value = '', ...rest] = part.split('=').map((side) => side.trim());
      return rest.length === 0 && parseGoDuration(after) !== undefined && isValue(value);
    });
}

const amount = (on: Rule['on'], unit: string): Rule => ({
  on,
  allowed: `a number of ${unit}, at least 0`,
  isValid: isNumber,
});

const rules: Readonly<Record<string, Rule | undefined>> = {
  [trafficAnnotations.requestsPerSecond]: amount('route', 'requests per second'),
  [trafficAnnotations.requestsWithHeader]: {
    on: 'route',
    allowed: 'a list of headers with their shares, such as "x-tester: yes = 0.05; x-beta: on = 0.1"',
    isValid: (text) =>
      text.split(';').every((part) => isShare(/^\s*[\w-]+\s*:.*=\s*([\d.]+)\s*$/.exec(part)?.[1] ?? '')),
  },
  [trafficAnnotations.applyDelay]: {
    on: 'route',
    allowed: 'a duration such as 30s, or never',
    isValid: (text) => parseApplyDelay(text) !== undefined,
  },
  [desiredReplicasAnnotation]: {
    on: 'autoscaler',
    allowed: 'a whole number of pods',
    isValid: isWhole(0, Number.MAX_SAFE_INTEGER),
  },
  [trafficAnnotations.errorRate]: {
    on: 'pod',
    allowed: 'a share of requests from 0 to 1, such as 0.05',
    isValid: isShare,
  },
  [trafficAnnotations.errorRateAfter]: {
    on: 'pod',
    allowed: 'a list of times and shares from 0 to 1, such as "60s=0.3, 5m=0"',
    isValid: isSchedule(isShare),
  },
  [trafficAnnotations.errorCode]: {
    on: 'pod',
    allowed: 'a status code from 400 to 599',
    isValid: isWhole(400, 599),
  },
  [trafficAnnotations.latencyMs]: amount('pod', 'milliseconds'),
  [trafficAnnotations.latencyP95Ms]: amount('pod', 'milliseconds'),
  [trafficAnnotations.latencyMsAfter]: {
    on: 'pod',
    allowed: 'a list of times and milliseconds, such as "60s=800"',
    isValid: isSchedule(isNumber),
  },
  [trafficAnnotations.maxRequestsPerSecond]: amount('pod', 'requests per second'),
  [trafficAnnotations.cpuMsPerRequest]: amount('pod', 'milliseconds'),
  [trafficAnnotations.memoryMib]: amount('pod', 'MiB'),
  [trafficAnnotations.memoryMibAfter]: {
    on: 'pod',
    allowed: 'a list of times and MiB, such as "5m=400"',
    isValid: isSchedule(isNumber),
  },
  [lifeAnnotations.startSeconds]: amount('pod', 'seconds'),
  [lifeAnnotations.readySeconds]: amount('pod', 'seconds'),
  [lifeAnnotations.fail]: {
    on: 'pod',
    allowed: `one of ${failures.join(', ')}`,
    isValid: (text) => failures.includes(text),
  },
  [lifeAnnotations.failAfterSeconds]: amount('pod', 'seconds'),
  [lifeAnnotations.terminateSeconds]: amount('pod', 'seconds'),
  [lifeAnnotations.runSeconds]: amount('pod', 'seconds'),
  [lifeAnnotations.exitCode]: {
    on: 'pod',
    allowed: 'an exit code from 0 to 255',
    isValid: isWhole(0, 255),
  },
  [nodeAnnotations.lost]: {
    on: 'node',
    allowed: 'true or false',
    isValid: (text) => text === 'true' || text === 'false',
  },
};
