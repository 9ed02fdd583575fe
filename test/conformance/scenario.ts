/** One request of a scenario. Everything in it is the same on every server. */
export interface Step {
  readonly does: string;
  readonly method: string;
  /** `{ns}` is the scenario's own namespace. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body, or one made from the answers so far, by the step's place. */
  readonly body?: unknown | ((answers: readonly Answer[]) => unknown);
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly warnings: readonly string[];
}

/** A sequence of requests in a namespace of its own, answered the same way by every API server. */
export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
}

export type Send = (request: {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}) => Promise<Answer>;

/** Plays a scenario; the answers are told without what differs from run to run. */
export async function play(scenario: Scenario, send: Send, run: string): Promise<readonly Answer[]> {
  const namespace = `${run}-${scenario.name}`
    .replace(/[^a-z0-9]+/gi, '-')
    .toLowerCase()
    .slice(0, 50)
    .replace(/-+$/, '');
  const namespaceObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await send({
    method: 'POST',
    path: '/api/v1/namespaces',
    query: new URLSearchParams(),
    headers: json,
    body: namespaceObject,
  });
  const answers: Answer[] = [];
  for (const step of scenario.steps) {
    const made = typeof step.body === 'function' ? step.body(answers) : step.body;
    const body =
      made === undefined ? undefined : JSON.parse(JSON.stringify(made).replaceAll('{ns}', namespace));
    answers.push(
      await send({
        method: step.method,
        path: step.path.replaceAll('{ns}', namespace),
        query: new URLSearchParams(step.query),
        headers: { ...json, 'user-agent': 'conformance/1', ...step.headers },
        ...(body === undefined ? {} : { body }),
      }),
    );
  }
  return answers.map((answer) => normalized(answer, namespace));
}

const json = { 'content-type': 'application/json', accept: 'application/json' };

/** Replaces identities, versions, times and addresses by their kind. */
function normalized(answer: Answer, namespace: string): Answer {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) => {
    if (key === 'columnDefinitions')
      return (value as object[]).map((column) => ({ ...column, description: '' }));
    if (key === 'causes') return sorted(value as object[]);
    if (key === 'nodePort') return '<port>';
    if (typeof value !== 'string') return value;
    if (key === 'uid' && value !== '') return '<uid>';
    if (key === 'resourceVersion' && value !== '') return '<version>';
    if (key === 'continue') return '<token>';
    const text = key === 'message' ? value.replace(/is invalid: \[.*\]$/s, 'is invalid: […]') : value;
    return text
      .replaceAll(namespace, '{ns}')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
      .replace(/\b10\.\d+\.\d+\.\d+\b/g, '<address>')
      .replace(/:3[0-2]\d{3}\/TCP/g, ':<port>/TCP')
      .replace(/(resourceVersion\\*":\\*")\d+/g, '$1<version>')
      .replace(/^\d+s$/, '<age>')
      .replace(/^(.*generated-)[a-z0-9]{5}$/, '$1<suffix>');
  }) as Answer;
}

/** The real server tells several faults in the random order of its maps. */
function sorted(causes: readonly object[]): readonly object[] {
  return [...causes].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
