import type { KubeObject } from '../../../src/api/meta.ts';
import type { Random } from '../../../src/kernel/random.ts';
import type { CrdSpec, CrdVersion } from '../../../src/sandbox/crd/types.ts';
import { differences } from '../differences.ts';
import { normalized } from '../normalized.ts';
import type { Answer, Request, Server } from '../scenario.ts';
import { drawObject } from './objects.ts';

export interface Servers {
  readonly real: Server;
  readonly ours: Server;
}

export interface Comparison {
  readonly asked: number;
  /** What differs, one line each. */
  readonly differences: readonly string[];
}

type Definition = KubeObject & { readonly spec: CrdSpec };
const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const namespace = 'generated-objects';

/** Creates a definition on both servers, asks about objects of its versions, and deletes it. */
export async function compare(
  servers: Servers,
  definition: Definition,
  random: Random,
  objects: number,
): Promise<Comparison> {
  const session = new Session(servers);
  const name = definition.metadata.name ?? '';
  await session.both('DELETE', `${definitionsPath}/${name}`);
  await gone(servers.real, name);
  await session.both('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  const made = await session.same('create', 'POST', definitionsPath, definition, {}, withoutStatus);
  if (made.status === 201) {
    await servers.real.install(definition);
    for (const version of definition.spec.versions.filter(({ served }) => served))
      await askVersion(session, definition.spec, version, { random: random.fork(version.name), objects });
  }
  await session.both('DELETE', `${definitionsPath}/${name}`);
  return session.told();
}

async function gone(server: Server, name: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const { status } = await server.send(request('GET', `${definitionsPath}/${name}`));
    if (status === 404) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name} does not go`);
}

/** When names are accepted and served is a matter of time. */
function withoutStatus(body: unknown): unknown {
  const { status, ...rest } = body as KubeObject;
  return rest.kind === 'Status' ? body : rest;
}

/** The embedded server's clock stands still in the past. */
function withoutAges(body: unknown): unknown {
  const { rows = [], ...rest } = body as { rows?: readonly { cells: readonly unknown[] }[] };
  const shown = (cell: unknown) =>
    typeof cell === 'string' && /^(\d+[ydhms])+$|^<invalid>$/.test(cell) ? '<age>' : cell;
  return { ...rest, rows: rows.map((row) => ({ ...row, cells: row.cells.map(shown) })) };
}

async function askVersion(
  session: Session,
  spec: CrdSpec,
  version: CrdVersion,
  { random, objects }: { readonly random: Random; readonly objects: number },
): Promise<void> {
  const schema = version.schema?.openAPIV3Schema ?? {};
  const place = spec.scope === 'Namespaced' ? `/namespaces/${namespace}` : '';
  const path = `/apis/${spec.group}/${version.name}${place}/${spec.names.plural}`;
  const envelope = (name: string) => ({
    apiVersion: `${spec.group}/${version.name}`,
    kind: spec.names.kind,
    metadata: { name },
  });
  const drawn = (illegal: number) => drawObject(schema, { random, illegal });
  for (let index = 0; index < objects; index += 1) {
    const name = `${version.name}-${index}`;
    const at = `${version.name} ${index}`;
    const illegal = [0, 5, 30, 0, 100][index % 5] ?? 0;
    const validation = ['Strict', 'Warn', 'Ignore'][random.below(3)] ?? 'Warn';
    const first = await acceptable(session, drawn, illegal, { path, name, envelope });
    const created = await session.same(`${at} create`, 'POST', path, first, { fieldValidation: validation });
    if (created.status !== 201) continue;
    const one = `${path}/${name}`;
    const changed = { ...first, ...drawn(illegal), ...envelope(name) };
    const known = await session.both('GET', one);
    const versionOf = (answer: Answer) => (answer.body as KubeObject).metadata.resourceVersion;
    await session.same(`${at} replace`, 'PUT', one, (side) => ({
      ...changed,
      metadata: { name, resourceVersion: versionOf(known[side]) },
    }));
    await session.same(
      `${at} merge`,
      'PATCH',
      one,
      partOf(drawn(illegal), random),
      {},
      undefined,
      'application/merge-patch+json',
    );
    for (const manager of ['one', 'two'])
      await session.same(
        `${at} ${manager} applies`,
        'PATCH',
        one,
        { ...partOf(drawn(illegal), random), ...envelope(name) },
        { fieldManager: manager },
        undefined,
        'application/apply-patch+yaml',
      );
    if (version.subresources?.status !== undefined)
      await session.same(
        `${at} status`,
        'PATCH',
        `${one}/status`,
        { status: drawn(illegal).status ?? {} },
        {},
        undefined,
        'application/merge-patch+json',
      );
    if (version.subresources?.scale !== undefined) {
      await session.same(`${at} scale`, 'GET', `${one}/scale`);
      await session.same(
        `${at} scaled`,
        'PATCH',
        `${one}/scale`,
        { spec: { replicas: random.below(5) } },
        {},
        undefined,
        'application/merge-patch+json',
      );
    }
    await session.same(
      `${at} table`,
      'GET',
      one,
      undefined,
      {},
      withoutAges,
      undefined,
      'application/json;as=Table;v=v1;g=meta.k8s.io',
    );
    await session.same(`${at} delete`, 'DELETE', one);
  }
}

/** Some members of an object. */
function partOf(object: Record<string, unknown>, random: Random): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(() => random.below(4) > 0));
}

/** Of several drawn objects, the one that our server has least against: rules go well by chance alone. */
async function acceptable(
  session: Session,
  drawn: (illegal: number) => Record<string, unknown>,
  illegal: number,
  { path, name, envelope }: { path: string; name: string; envelope: (name: string) => object },
): Promise<object> {
  let best: object = { ...drawn(illegal), ...envelope(name) };
  if (illegal > 0) return best;
  let fewest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const body = { ...drawn(0), ...envelope(name) };
    const answer = await session.servers.ours.send(request('POST', path, body, { dryRun: 'All' }));
    const causes = (answer.body as { details?: { causes?: unknown[] } }).details?.causes?.length ?? 1;
    if (answer.status === 201) return body;
    if (causes < fewest) [best, fewest] = [body, causes];
  }
  return best;
}

type Body = object | ((side: keyof Servers) => object) | undefined;

class Session {
  readonly servers: Servers;
  private asked = 0;
  private readonly lines: string[] = [];

  constructor(servers: Servers) {
    this.servers = servers;
  }

  async both(
    method: string,
    path: string,
    body?: Body,
    query: Record<string, string> = {},
    contentType?: string,
    accept?: string,
  ): Promise<Record<keyof Servers, Answer>> {
    const send = (side: keyof Servers) =>
      this.servers[side].send(
        request(method, path, typeof body === 'function' ? body(side) : body, query, contentType, accept),
      );
    const [real, ours] = await Promise.all([send('real'), send('ours')]);
    this.asked += 1;
    return { real, ours };
  }

  /** Asks both; what differs is kept. Answers with what the real server said. */
  async same(
    does: string,
    method: string,
    path: string,
    body?: Body,
    query: Record<string, string> = {},
    looksAt: (body: unknown) => unknown = (seen) => seen,
    contentType?: string,
    accept?: string,
  ): Promise<Answer> {
    const { real, ours } = await this.both(method, path, body, query, contentType, accept);
    const seen = (answer: Answer) =>
      normalized(
        { ...answer, body: looksAt(answer.body), warnings: answer.warnings.filter(isOfBoth) },
        namespace,
      );
    const found = isOrderOfMembers(real, ours) ? [] : differences(seen(real), seen(ours));
    const told =
      process.env['SHOW_BODY'] === undefined || typeof body === 'function'
        ? ''
        : `\n    ${JSON.stringify(body)}`;
    for (const { at, real: theirs, ours: own } of found.slice(0, 6))
      this.lines.push(`  ${does} ${at}: real ${short(theirs)}, ours ${short(own)}${told}`);
    return real.status < 300 === ours.status < 300 ? real : { ...real, status: 0 };
  }

  told(): Comparison {
    return { asked: this.asked, differences: this.lines };
  }
}

/** Of an applied object the real server looks at members in random order, and at no further one after the first that it does not know. */
const isOrderOfMembers = (...answers: readonly Answer[]): boolean =>
  answers.every(({ body }) => {
    const { message = '' } = body as { message?: string };
    return message.startsWith('failed to create typed patch object');
  }) && JSON.stringify(answers).includes('field not declared in schema');

/** What the embedded server says of what it cannot do stands in docs/deviations.md. */
const isOfBoth = (warning: string): boolean => !warning.startsWith('the sandbox ');

const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 1500);

function request(
  method: string,
  path: string,
  body?: object,
  query: Record<string, string> = {},
  contentType = 'application/json',
  accept = 'application/json',
): Request {
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers: { 'content-type': contentType, accept, 'user-agent': 'generated/1' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}
