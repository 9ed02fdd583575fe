import { normalized } from './normalized.ts';

/** One request of a scenario. Everything in it is the same on every server. */
export interface Step {
  readonly does: string;
  readonly method: string;
  /** `{ns}` is the scenario's own namespace. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body, or one made from the answers so far, by the step's place. Text is sent as it is. */
  readonly body?: unknown | ((answers: readonly Answer[]) => unknown);
  /** The query, made from the answers so far. */
  readonly querySince?: (answers: readonly Answer[]) => Readonly<Record<string, string>>;
  /** Asked again until the answer has this status: a real server learns of a changed definition some time later. */
  readonly until?: number;
  /** Leaves a watch open under this name, for a later step to read from. */
  readonly opens?: string;
  /** Reads this many lines from an open watch instead of sending anything, or up to the first about an object of this name. */
  readonly reads?: { readonly watch: string } & ({ readonly lines: number } | { readonly until: string });
  /** The part of the body that is compared, where the whole would tell of more than the scenario. */
  readonly looksAt?: (body: unknown, namespace: string) => unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly warnings: readonly string[];
}

/** A sequence of requests in a namespace of its own, answered the same way by every API server. */
export interface Scenario {
  readonly name: string;
  /** CustomResourceDefinitions that are in place before the first step. */
  readonly definitions?: readonly object[];
  readonly steps: readonly Step[];
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Record<string, string>;
  /** As it goes over the wire. */
  readonly body?: string;
}

/** An open watch. */
export interface Watching {
  readonly answer: Answer;
  /** The next event, parsed. */
  next(): Promise<unknown>;
  close(): Promise<void>;
}

/** An API server that scenarios are played on. */
export interface Server {
  send(request: Request): Promise<Answer>;
  watch(request: Request): Promise<Watching>;
  /** Creates a definition, unless it is there, and waits until it is served. */
  install(definition: object): Promise<void>;
}

/** Plays a scenario; the answers are told without what differs from run to run. */
export async function play(scenario: Scenario, server: Server, run: string): Promise<readonly Answer[]> {
  const namespace = `${run}-${scenario.name}`
    .replace(/[^a-z0-9]+/gi, '-')
    .toLowerCase()
    .slice(0, 50)
    .replace(/-+$/, '');
  for (const definition of scenario.definitions ?? []) await server.install(definition);
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await server.send({ ...toRequest({ ...creation, body: home }, [], namespace) });
  const watches = new Map<string, Watching>();
  const answers: Answer[] = [];
  for (const step of scenario.steps) {
    const answer = await playStep(step, { server, watches, answers, namespace });
    answers.push(answer);
  }
  for (const watch of watches.values()) await watch.close();
  return answers.map((answer, index) =>
    normalized({ ...answer, body: seenOf(scenario.steps[index] as Step, answer, namespace) }, namespace),
  );
}

const creation: Step = { does: '', method: 'POST', path: '/api/v1/namespaces' };

interface Stage {
  readonly server: Server;
  readonly watches: Map<string, Watching>;
  readonly answers: readonly Answer[];
  readonly namespace: string;
}

async function playStep(step: Step, { server, watches, answers, namespace }: Stage): Promise<Answer> {
  if (step.reads !== undefined) return readLines(step.reads, watches);
  const request = toRequest(step, answers, namespace);
  if (step.opens === undefined) return sendUntil(server, request, step.until);
  const watch = await server.watch(request);
  watches.set(step.opens, watch);
  return watch.answer;
}

const mostAttempts = 200;

async function sendUntil(server: Server, request: Request, status: number | undefined): Promise<Answer> {
  let answer = await server.send(request);
  for (let attempt = 1; status !== undefined && answer.status !== status; attempt += 1) {
    if (attempt === mostAttempts) break;
    answer = await server.send(request);
  }
  return answer;
}

async function readLines(
  { watch, ...end }: NonNullable<Step['reads']>,
  watches: Map<string, Watching>,
): Promise<Answer> {
  const read: unknown[] = [];
  const isOver = () => ('lines' in end ? read.length >= end.lines : nameIn(read.at(-1)) === end.until);
  while (!isOver()) {
    const line = await watches.get(watch)?.next();
    if (!isPassingBookmark(line)) read.push(line);
  }
  return { status: 200, body: read, warnings: [] };
}

/**
 * A bookmark that does not end the initial events comes whenever the real server's timer says so: within 1.25 s after a watch was
 * opened, and every minute. It tells of no change, and is no part of an answer.
 */
function isPassingBookmark(line: unknown): boolean {
  const { type } = (line ?? {}) as { type?: string };
  // a table keeps the annotation in its row
  return type === 'BOOKMARK' && !JSON.stringify(line).includes('k8s.io/initial-events-end');
}

const nameIn = (event: unknown): string | undefined =>
  (event as { object?: { metadata?: { name?: string } } } | undefined)?.object?.metadata?.name;

function toRequest(step: Step, answers: readonly Answer[], namespace: string): Request {
  const made = typeof step.body === 'function' ? step.body(answers) : step.body;
  const text = made === undefined || typeof made === 'string' ? made : JSON.stringify(made);
  return {
    method: step.method,
    path: step.path.replaceAll('{ns}', namespace),
    query: new URLSearchParams(
      Object.entries({ ...step.query, ...step.querySince?.(answers) }).map(
        ([key, value]): [string, string] => [key, value.replaceAll('{ns}', namespace)],
      ),
    ),
    headers: { ...json, 'user-agent': 'conformance/1', ...step.headers },
    ...(text === undefined ? {} : { body: text.replaceAll('{ns}', namespace) }),
  };
}

const json = { 'content-type': 'application/json', accept: 'application/json' };

const seenOf = ({ looksAt }: Step, { body, status }: Answer, namespace: string): unknown =>
  looksAt === undefined || status >= 400 ? body : (looksAt(body, namespace) ?? null);
