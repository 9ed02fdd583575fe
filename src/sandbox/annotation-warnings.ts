import type { KubeObject } from '../api/meta.ts';
import { parseGoDuration } from '../kernel/duration.ts';
import { valueAt } from './json.ts';
import { trafficAnnotations } from './traffic/annotations.ts';
import { parseApplyDelay } from './traffic/router-faults.ts';
import { desiredReplicasAnnotation, failures, lifeAnnotations } from './workloads/annotations.ts';

/**
 * What a writer should know of the sandbox's annotations on an object and in its pod template: a name that nobody reads, a value that
 * cannot be read, a place where nobody looks. kubectl prints these as warnings; the object is stored all the same.
 */
export function annotationWarnings(object: KubeObject): string[] {
  const template = valueAt(object, ['spec', 'template', 'metadata', 'annotations']);
  const isTemplated = valueAt(object, ['spec', 'template']) !== undefined;
  return [
    ...warningsOf(object.metadata.annotations, 'metadata.annotations', isTemplated ? object.kind : undefined),
    ...warningsOf(template, 'spec.template.metadata.annotations'),
  ];
}

const domain = 'sandbox.sluice.dev/';

/** @param templated the kind, when its own annotations are not those of its pods. */
function warningsOf(annotations: unknown, path: string, templated?: string): string[] {
  if (typeof annotations !== 'object' || annotations === null) return [];
  return Object.entries(annotations).flatMap(([name, value]) => {
    if (!name.startsWith(domain)) return [];
    const rule = rules[name];
    const place = `${path}[${name}]`;
    if (rule === undefined) {
      const known = Object.keys(rules).map((one) => one.slice(domain.length));
      return [`${place}: the sandbox has no such annotation; it has ${known.join(', ')}`];
    }
    if (!rule.isValid(String(value))) {
      return [`${place}: ${JSON.stringify(value)} is not ${rule.allowed}; it is ignored`];
    }
    if (templated === undefined || rule.on !== 'pod') return [];
    return [`${place}: nothing reads it on a ${templated}; put it in spec.template.metadata.annotations`];
  });
}

interface Rule {
  /** What has the annotation; pods get theirs from a template. */
  readonly on: 'pod' | 'other';
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
  [trafficAnnotations.requestsPerSecond]: amount('other', 'requests per second'),
  [trafficAnnotations.requestsWithHeader]: {
    on: 'other',
    allowed: 'a list of headers with their shares, such as "x-tester: yes = 0.05; x-beta: on = 0.1"',
    isValid: (text) =>
      text.split(';').every((part) => isShare(/^\s*[\w-]+\s*:.*=\s*([\d.]+)\s*$/.exec(part)?.[1] ?? '')),
  },
  [trafficAnnotations.applyDelay]: {
    on: 'other',
    allowed: 'a duration such as 30s, or never',
    isValid: (text) => parseApplyDelay(text) !== undefined,
  },
  [desiredReplicasAnnotation]: {
    on: 'other',
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
};
