import type { NotificationService, OutgoingMessage } from '../../ports/notification-service.ts';
import {
  blockOf,
  connectionOptions,
  flag,
  longestForTeams,
  ofRecipient,
  renderedJson,
  withinBytes,
} from '../options.ts';
import { post } from '../post.ts';

const cardType = 'application/vnd.microsoft.card.adaptive';

/** Microsoft Teams by a workflow of Power Automate, which takes an Adaptive Card; the recipient names its URL. */
export const teamsWorkflows: NotificationService = {
  type: 'teams-workflows',
  options: ['recipientUrls', 'insecureSkipVerify'],
  withoutEffect: connectionOptions,
  async deliver(message, tools) {
    const card = renderedJson(
      blockOf(message, 'teams-workflows')['adaptiveCard'],
      'teams-workflows.adaptiveCard',
    );
    await post(
      message,
      {
        url: ofRecipient(message, 'recipientUrls'),
        insecure: flag(message, 'insecureSkipVerify'),
        body:
          card === undefined
            ? withinBytes(longestForTeams, textOf(message), (text) => wrapped(cardOf(message, text)))
            : wrapped(card),
      },
      tools,
    );
  },
};

function textOf(message: OutgoingMessage): string {
  return blockOf(message, 'teams-workflows')['text'] ?? message.message;
}

function wrapped(content: unknown): object {
  return { type: 'message', attachments: [{ contentType: cardType, content }] };
}

/** A card of what the template says in the words of the old webhooks: title, text, facts, and actions that open a page. */
function cardOf(message: OutgoingMessage, text: string): object {
  const block = blockOf(message, 'teams-workflows');
  const read = (name: string) => listOf(renderedJson(block[name], `teams-workflows.${name}`));
  const factSets = [
    read('facts'),
    ...read('sections').map((section) => listOf((section as { facts?: unknown }).facts)),
  ];
  const actions = read('potentialAction').flatMap(openUrl);
  const color = block['themeColor'];
  return {
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      ...(block['title'] === undefined
        ? []
        : [
            {
              type: 'TextBlock',
              text: block['title'],
              size: 'Large',
              weight: 'Bolder',
              ...(color && { color }),
              wrap: true,
            },
          ]),
      ...(text === '' ? [] : [{ type: 'TextBlock', text, wrap: true }]),
      ...factSets
        .map((facts) => ({ type: 'FactSet', facts: facts.flatMap(factOf) }))
        .filter(({ facts }) => facts.length > 0),
    ],
    ...(actions.length > 0 && { actions }),
  };
}

/** A fact without a name is none, as with the peer. */
function factOf(fact: unknown): readonly object[] {
  const { name, value } = fact as { name?: unknown; value?: unknown };
  return typeof name === 'string' ? [{ title: name, value: String(value ?? '') }] : [];
}

function openUrl(action: unknown): readonly object[] {
  const {
    '@type': type,
    name,
    targets,
  } = action as { '@type'?: string; name?: string; targets?: { uri?: string }[] };
  const url = targets?.[0]?.uri;
  return type === 'OpenUri' && url !== undefined ? [{ type: 'Action.OpenUrl', title: name ?? url, url }] : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
