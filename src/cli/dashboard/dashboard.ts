import { resources } from '../../api/resources.ts';
import { messageOf, SluiceError } from '../../kernel/errors.ts';
import { ApiError, isApiError } from '../../ports/cluster.ts';
import { getRollout, mergeIntoStatus } from '../targets.ts';
import { type Reach, type Session, UsageError } from '../verb.ts';
import { promoteRollout } from '../verbs/promote.ts';
import { restartRollout } from '../verbs/restart.ts';
import { changeImage } from '../verbs/set-image.ts';
import { undoRollout } from '../verbs/undo.ts';
import { type DashboardAnswer, type DashboardRequest, json, problem } from './exchange.ts';
import { type Feeds, feeds } from './feed.ts';
import { type GuardOptions, protection, refusalOf } from './guard.ts';
import type { RolloutInfo } from './info-types.ts';
import type { PageFiles } from './page-files.ts';
import { pickFields } from './pick-fields.ts';
import { rolloutInfo } from './rollout-info.ts';
import { differences, stream } from './stream.ts';

export interface DashboardOptions extends GuardOptions {
  /** First part of every path; empty: none. The peer's is `rollouts`. */
  readonly rootPath: string;
  readonly version: string;
  readonly page: PageFiles;
}

export interface Dashboard {
  handle(request: DashboardRequest): Promise<DashboardAnswer>;
  close(): void;
}

/** One part of a path: a text as it stands, or `:name` for any. */
interface Route {
  readonly method: 'GET' | 'PUT';
  readonly path: RegExp;
  answer(call: Call): Promise<DashboardAnswer> | DashboardAnswer;
}

interface Call {
  readonly request: DashboardRequest;
  readonly session: Session;
  readonly options: DashboardOptions;
  readonly feeds: Feeds;
  /** Parts of the path that the route names, decoded. */
  readonly of: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** The dashboard's pages and its API, without a socket. The API's paths are the peer's. */
export function dashboard(session: Session, options: DashboardOptions): Dashboard {
  const open = feeds(session);
  const prefix = options.rootPath === '' ? '' : `/${options.rootPath}`;
  const answer = async (request: DashboardRequest): Promise<DashboardAnswer> => {
    const refusal = refusalOf(request, options);
    if (refusal !== undefined) return refusal;
    const { pathname, searchParams: query } = new URL(request.url, 'http://dashboard');
    if (prefix !== '' && (pathname === '/' || pathname === prefix)) return redirect(`${prefix}/`);
    if (!pathname.startsWith(`${prefix}/`)) return problem(404, 'there is nothing here');
    const path = pathname.slice(prefix.length);
    for (const route of routes) {
      const match = request.method === route.method ? route.path.exec(path) : null;
      if (match === null) continue;
      const of = Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([key, text]) => [key, decodeURIComponent(text)]),
      );
      return route.answer({ request, session, options, feeds: open, of, query });
    }
    if (path.startsWith('/api/')) return problem(404, `there is no ${request.method} ${path}`);
    if (request.method !== 'GET') return problem(405, 'only GET is known here');
    return pageAnswer(path, options, `${prefix}/`);
  };
  return {
    async handle(request) {
      const { status, headers, body } = await answer(request).catch(answerOf);
      return { status, headers: { ...protection, ...headers }, body };
    },
    close: () => open.close(),
  };
}

/** The order does not matter: no path fits two. */
const routes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/api\/v1\/version$/,
    answer: ({ options }) => json({ rolloutsVersion: options.version }),
  },
  { method: 'GET', path: /^\/api\/v1\/namespace$/, answer: namespaces },
  {
    method: 'GET',
    path: /^\/api\/v1\/rollouts\/(?<ns>[^/]+)\/info$/,
    answer: async ({ feeds: open, of, query }) => {
      const feed = await open.of(of.ns as string);
      const rollouts = feed.all().map((facts) => rolloutInfo(facts, 'list'));
      return json(pickFields({ rollouts }, query.get('fields')));
    },
  },
  { method: 'GET', path: /^\/api\/v1\/rollouts\/(?<ns>[^/]+)\/info\/watch$/, answer: watchAll },
  {
    method: 'GET',
    path: /^\/api\/v1\/rollouts\/(?<ns>[^/]+)\/(?<name>[^/]+)\/info$/,
    answer: async ({ feeds: open, of, query }) => {
      const facts = (await open.of(of.ns as string)).one(of.name as string);
      if (facts === undefined) return problem(404, `rollout.argoproj.io "${of.name}" not found`);
      return json(pickFields(rolloutInfo(facts, 'one'), query.get('fields')));
    },
  },
  {
    method: 'GET',
    path: /^\/api\/v1\/rollouts\/(?<ns>[^/]+)\/(?<name>[^/]+)\/info\/watch$/,
    answer: watchOne,
  },
  action('promote', async (place, name, { request }) => {
    const { full } = bodyOf(request);
    await promoteRollout(place, name, full === true ? { full } : {});
  }),
  action('abort', (place, name) => mergeIntoStatus(place, name, { abort: true })),
  action('retry', (place, name) => mergeIntoStatus(place, name, { abort: false })),
  action('restart', (place, name, { session }) => restartRollout(place, name, session.serverNow())),
  action('undo\\/(?<revision>\\d+)', async (place, name, { of }) => {
    await undoRollout(place, name, Number(of.revision));
  }),
  action('set\\/(?<container>[^/]+)\\/(?<image>.+)\\/(?<tag>[^/]+)', async (place, name, { of }) => {
    const [image = '', tag = ''] = [of.image, of.tag];
    // a digest, `sha256:…`, is joined with @; the peer cannot set one
    await changeImage(place, name, of.container as string, `${image}${tag.includes(':') ? '@' : ':'}${tag}`);
  }),
];

/** What changes a Rollout; answered with the Rollout as it is then. */
function action(words: string, act: (place: Reach, name: string, call: Call) => Promise<void>): Route {
  return {
    method: 'PUT',
    path: new RegExp(`^\\/api\\/v1\\/rollouts\\/(?<ns>[^/]+)\\/(?<name>[^/]+)\\/${words}$`),
    answer: async (call) => {
      const place = reach(call);
      const name = call.of.name as string;
      await act(place, name, call);
      const { metadata, ...rollout } = await getRollout(place, name);
      const { managedFields: _, ...meta } = metadata as typeof metadata & { managedFields?: unknown };
      return json({ ...rollout, metadata: meta });
    },
  };
}

/** The same connection, in the namespace of the path. */
function reach({ session, of }: Call): Reach {
  return {
    open: async () => ({ ...(await session.open()), namespace: of.ns as string }),
    signal: session.signal,
  };
}

function bodyOf({ body }: DashboardRequest): { readonly full?: unknown } {
  if (body.trim() === '') return {};
  try {
    return (JSON.parse(body) ?? {}) as { full?: unknown };
  } catch (error) {
    throw new UsageError(`the body is no JSON: ${messageOf(error)}`);
  }
}

async function namespaces({ session }: Call): Promise<DashboardAnswer> {
  const { cluster, namespace } = await session.open();
  try {
    const { items } = await cluster.list(resources.rollouts, { signal: session.signal });
    const found = new Set(items.map(({ metadata }) => metadata.namespace ?? ''));
    return json({ namespace, availableNamespaces: [...found].sort() });
  } catch (error) {
    if (!isApiError(error, 403)) throw error;
    return json({ namespace, availableNamespaces: [namespace] }); // somebody who may see one namespace only
  }
}

async function watchAll({ request, feeds: open, session, of, query }: Call): Promise<DashboardAnswer> {
  const feed = await open.of(of.ns as string);
  const differ = differences<RolloutInfo>(({ objectMeta }) => objectMeta.name, timelessText);
  const fields = query.get('fields');
  return stream(request, feed, session.clock, () => {
    const { changed, gone } = differ(feed.all().map((facts) => rolloutInfo(facts, 'list')));
    return [
      ...changed.map((info) => ({ type: 'Updated', rolloutInfo: pickFields(info, fields) })),
      ...gone.map(({ objectMeta }) => ({ type: 'Deleted', rolloutInfo: { objectMeta } })),
    ];
  });
}

async function watchOne({ request, feeds: open, session, of, query }: Call): Promise<DashboardAnswer> {
  const feed = await open.of(of.ns as string);
  const name = of.name as string;
  if (feed.one(name) === undefined) return problem(404, `rollout.argoproj.io "${name}" not found`);
  const differ = differences<RolloutInfo>(() => name, timelessText);
  return stream(request, feed, session.clock, () => {
    const facts = feed.one(name);
    if (facts === undefined) return undefined; // deleted: the stream ends
    return differ([rolloutInfo(facts, 'one')]).changed.map((info) => pickFields(info, query.get('fields')));
  });
}

/** That time has passed is no change. */
function timelessText(info: RolloutInfo): string {
  return JSON.stringify(info, (key, value: unknown) => (key === 'now' ? undefined : value));
}

function redirect(location: string): DashboardAnswer {
  return { status: 302, headers: { location }, body: '' };
}

/** Any path that is no file is a place in the page: the page finds its way itself. */
function pageAnswer(
  path: string,
  { page, token, isReadOnly }: DashboardOptions,
  base: string,
): DashboardAnswer {
  const file = page.files.get(path.slice(1));
  if (file !== undefined) return { status: 200, headers: { 'content-type': file.type }, body: file.body };
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: page.index({ base, token, isReadOnly }),
  };
}

function answerOf(error: unknown): DashboardAnswer {
  if (error instanceof ApiError) {
    return problem(error.status === 0 ? 502 : error.status, messageOf(error));
  }
  if (error instanceof UsageError || error instanceof URIError) return problem(400, messageOf(error));
  if (error instanceof SluiceError) return problem(error.code === 'NOT_FOUND' ? 404 : 400, messageOf(error));
  return problem(500, messageOf(error));
}
