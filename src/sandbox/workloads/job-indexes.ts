import type { Pod, PodTemplateSpec } from '../../api/workloads.ts';

/** Label and annotation of a pod of an indexed Job. */
export const indexKey = 'batch.kubernetes.io/job-completion-index';

/** @returns undefined for a pod without an index. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[indexKey];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** `0,2-4` as numbers. */
export function parseIndexes(text = ''): number[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
    });
}

/** Numbers in order as Kubernetes writes them: three and more in a row by their first and last. */
export function formatIndexes(indexes: readonly number[]): string {
  const rows: number[][] = [];
  for (const index of [...new Set(indexes)].sort((one, other) => one - other)) {
    const row = rows.at(-1);
    if (row?.at(-1) === index - 1) row.push(index);
    else rows.push([index]);
  }
  return rows.map((row) => (row.length > 2 ? `${row[0]}-${row.at(-1)}` : row.join(','))).join(',');
}

/** The lowest so many of `completions` that are neither done nor being worked on. */
export function freeIndexes(completions: number, taken: ReadonlySet<number>, count: number): number[] {
  const free: number[] = [];
  for (let index = 0; index < completions && free.length < count; index += 1) {
    if (!taken.has(index)) free.push(index);
  }
  return free;
}

/** Annotation: how often the index of a pod had failed before, where each index has a limit of its own. */
const failureCountKey = 'batch.kubernetes.io/job-index-failure-count';

/** The template of one index: its label and annotations, its host name, and its number for the program. */
export function templateOf(
  template: PodTemplateSpec,
  jobName: string,
  index: number,
  failures?: number,
): PodTemplateSpec {
  const { metadata = {}, spec } = template;
  const mark = { [indexKey]: String(index) };
  const fieldRef = { fieldPath: `metadata.labels['${indexKey}']` };
  const number = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } };
  const withNumber = <C extends object>(container: C) => {
    const { env = [] } = container as { env?: { name: string }[] };
    return env.some(({ name }) => name === number.name) ? container : { ...container, env: [...env, number] };
  };
  return {
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...mark },
      annotations: {
        ...metadata.annotations,
        ...mark,
        ...(failures !== undefined && { [failureCountKey]: String(failures) }),
      },
    },
    ...(spec !== undefined && {
      spec: {
        ...spec,
        hostname: `${jobName}-${index}`,
        containers: spec.containers.map(withNumber),
        ...(spec.initContainers !== undefined && { initContainers: spec.initContainers.map(withNumber) }),
      },
    }),
  };
}
