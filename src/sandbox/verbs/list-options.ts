import { flag, type Target } from '../request.ts';
import {
  badRequest,
  type FieldError,
  forbiddenField,
  invalid,
  invalidNumber,
  notSupported,
  StatusError,
} from '../status.ts';

/** What a request for a collection asks for, in its query. */
export interface ListOptions {
  /** '' when the request names none. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  /** Undefined when the request does not say. */
  readonly sendInitialEvents: boolean | undefined;
  readonly allowWatchBookmarks: boolean;
  /** 0 is no limit. */
  readonly limit: number;
  readonly continue: string;
  /** 0 is no limit. */
  readonly timeoutSeconds: number;
}

/** Throws a StatusError (400, 422) for what does not go together. */
export function listOptionsOf({ request, verb }: Target): ListOptions {
  const { query } = request;
  const options: ListOptions = {
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    sendInitialEvents: query.has('sendInitialEvents') ? flag(query, 'sendInitialEvents') : undefined,
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks'),
    limit: wholeNumber(query, 'limit'),
    continue: query.get('continue') ?? '',
    timeoutSeconds: wholeNumber(query, 'timeoutSeconds'),
  };
  const errors = verb === 'watch' ? watchFaults(options) : listFaults(options);
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  return options;
}

function wholeNumber(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  if (text === '') return 0;
  if (!/^[+-]?\d+$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

const matchField = 'resourceVersionMatch';
const matchAndContinue = forbiddenField(
  matchField,
  'resourceVersionMatch is forbidden when continue is provided',
);

function listFaults(options: ListOptions): readonly FieldError[] {
  const { resourceVersion, resourceVersionMatch: match, sendInitialEvents } = options;
  const faults: FieldError[] = [];
  if (match !== '') {
    if (resourceVersion === '')
      faults.push(
        forbiddenField(matchField, 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
      );
    if (options.continue !== '') faults.push(matchAndContinue);
    if (match !== 'Exact' && match !== 'NotOlderThan')
      faults.push(notSupported(matchField, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0')
      faults.push(
        forbiddenField(matchField, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
      );
  }
  if (sendInitialEvents !== undefined)
    faults.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return faults;
}

function watchFaults(options: ListOptions): readonly FieldError[] {
  const { resourceVersionMatch: match, sendInitialEvents } = options;
  const faults: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    faults.push(
      forbiddenField(matchField, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    );
  if (match === '') return faults;
  if (sendInitialEvents === undefined)
    faults.push(
      forbiddenField(
        matchField,
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ),
    );
  if (match !== 'NotOlderThan') faults.push(notSupported(matchField, match, ['NotOlderThan']));
  if (options.continue !== '') faults.push(matchAndContinue);
  return faults;
}

/** The version that a watch or a read names; 0 when it names none. Throws as the real server does: 500, without a reason. */
export function parseResourceVersion(text: string): number {
  if (text === '') return 0;
  if (/^\d+$/.test(text)) return Number(text);
  throw new StatusError(500, undefined, invalidNumber('resourceVersion', text));
}

/** A list of custom resources says that there is no more, where other lists say nothing. */
export function continueOfAll({ resource, rendering }: Target): { continue?: '' } {
  return resource.builtin || rendering.as !== 'object' ? {} : { continue: '' };
}
