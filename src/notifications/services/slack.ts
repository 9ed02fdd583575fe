import { SluiceError } from '../../kernel/errors.ts';
import type {
  NotificationService,
  NotificationTools,
  OutgoingMessage,
  Thread,
} from '../../ports/notification-service.ts';
import {
  blockOf,
  connectionOptions,
  cut,
  flag,
  optionalText,
  renderedJson,
  requiredText,
} from '../options.ts';
import { post, refused } from '../post.ts';

/** Errors of Slack's API that another attempt may overcome. */
const temporary = ['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'];
const policies = ['Post', 'PostAndUpdate', 'Update'];
/** Threads remembered; beyond that the oldest is forgotten, and begins anew. */
const mostThreads = 1000;
/**
 * Lengths in characters, and numbers. A longer text of the message itself is cut by Slack; a message with more of the others is
 * refused (https://docs.slack.dev/reference/methods/chat.postMessage, https://docs.slack.dev/reference/block-kit/blocks/section-block,
 * https://docs.slack.dev/reference/block-kit/blocks/header-block; at most 100 attachments by Slack's own SDK).
 */
const [longestMessage, longestSection, longestHeader, longestField] = [40_000, 3000, 150, 2000];
const [mostBlocks, mostAttachments, mostFields] = [50, 100, 10];
const noBot = 'Sluice sends messages, and has no bot that takes commands';

/**
 * Slack: `chat.postMessage` with a bot's token (https://docs.slack.dev/reference/methods/chat.postMessage). The recipient is a
 * channel. Messages with an equal `groupingKey` make a thread, or change its first message (`chat.update`), as `deliveryPolicy`
 * says. Slack takes no key that would make a second copy harmless.
 */
export const slack: NotificationService = {
  type: 'slack',
  options: ['token', 'username', 'icon', 'apiURL', 'disableUnfurl', 'insecureSkipVerify'],
  withoutEffect: { signingSecret: noBot, channels: noBot, ...connectionOptions },
  async deliver(message, tools) {
    const block = blockOf(message, 'slack');
    const policy = block['deliveryPolicy'] ?? 'Post';
    if (!policies.includes(policy)) {
      const known = policies.join(', ');
      throw new SluiceError('NOTIFICATION_REJECTED', `slack.deliveryPolicy "${policy}" is none of ${known}`);
    }
    const content = contentOf(message);
    const group = block['groupingKey'];
    const key = JSON.stringify([message.service, message.recipient, group]);
    const thread = group === undefined ? undefined : tools.threads.get(key);
    // the update comes first: doing it twice does no harm
    if (thread !== undefined && policy !== 'Post')
      await call('chat.update', { ...content, ...thread }, message, tools);
    if (thread !== undefined && policy === 'Update') return;
    const isBroadcast = thread !== undefined && message.blocks['slack']?.['notifyBroadcast'] === true;
    const answer = await call(
      'chat.postMessage',
      {
        channel: message.recipient,
        ...content,
        ...(thread !== undefined && { thread_ts: thread.ts }),
        ...(isBroadcast && { reply_broadcast: true }),
      },
      message,
      tools,
    );
    if (group !== undefined && thread === undefined) begin(key, answer, tools.threads);
  },
};

function begin(key: string, { channel, ts }: Partial<Thread>, threads: Map<string, Thread>): void {
  if (channel === undefined || ts === undefined) return;
  threads.set(key, { channel, ts });
  if (threads.size > mostThreads) threads.delete(threads.keys().next().value as string);
}

function contentOf(message: OutgoingMessage): object {
  const block = blockOf(message, 'slack');
  const icon = block['icon'] ?? optionalText(message, 'icon');
  const username = block['username'] ?? optionalText(message, 'username');
  const attachments = renderedJson(block['attachments'], 'slack.attachments');
  const blocks = renderedJson(block['blocks'], 'slack.blocks');
  return {
    text: cut(message.message, longestMessage),
    ...(username !== undefined && { username }),
    ...(icon !== undefined && iconOf(icon)),
    ...(attachments !== undefined && { attachments: upToMost(attachments, mostAttachments) }),
    ...(blocks !== undefined && { blocks: upToMost(blocks, mostBlocks).map(shortened) }),
    ...(flag(message, 'disableUnfurl') && { unfurl_links: false, unfurl_media: false }),
  };
}

/** What is no picture is none, as with the peer: the message counts for more. */
function iconOf(icon: string): object {
  if (/^:.+:$/.test(icon)) return { icon_emoji: icon };
  return /^https?:\/\/[^/]/.test(icon) && URL.canParse(icon) ? { icon_url: icon } : {};
}

function upToMost(list: unknown, most: number): readonly unknown[] {
  return Array.isArray(list) ? list.slice(0, most) : [list];
}

/** A section or a header with texts that Slack takes: a longer one would cost the whole message. */
function shortened(block: unknown): unknown {
  const { type, text, fields, ...rest } = block as { type?: string; text?: unknown; fields?: unknown };
  if (type !== 'section' && type !== 'header') return block;
  return {
    type,
    ...rest,
    ...(text !== undefined && { text: shortText(text, type === 'header' ? longestHeader : longestSection) }),
    ...(fields !== undefined && {
      fields: upToMost(fields, mostFields).map((field) => shortText(field, longestField)),
    }),
  };
}

function shortText(object: unknown, longest: number): unknown {
  const { text, ...rest } = object as { text?: unknown };
  return typeof text === 'string' ? { ...rest, text: cut(text, longest) } : object;
}

async function call(
  method: string,
  body: object,
  message: OutgoingMessage,
  tools: NotificationTools,
): Promise<Partial<Thread>> {
  const base = (optionalText(message, 'apiURL') ?? 'https://slack.com/api').replace(/\/+$/, '');
  const url = `${base}/${method}`;
  const headers = {
    authorization: `Bearer ${requiredText(message, 'token')}`,
    'content-type': 'application/json; charset=utf-8',
  };
  const insecure = flag(message, 'insecureSkipVerify');
  const answer = await post(message, { url, headers, body, insecure }, tools);
  const { ok, error = 'unknown', ...said } = parsed(answer.body);
  if (ok === true) return said;
  if (temporary.includes(error)) throw refused({ ...answer, status: 503, body: error }, url);
  throw new SluiceError('NOTIFICATION_REJECTED', `Slack refused the message: ${error}`);
}

interface Answer extends Partial<Thread> {
  readonly ok?: boolean;
  readonly error?: string;
}

function parsed(body: string): Answer {
  try {
    return JSON.parse(body) as Answer;
  } catch {
    return { error: 'the answer is no JSON' };
  }
}
