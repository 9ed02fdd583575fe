import type { NotificationService, OutgoingMessage } from '../../ports/notification-service.ts';
import { blockOf, flag, ofRecipient, renderedJson } from '../options.ts';
import { post } from '../post.ts';

const cardType = 'application/vnd.microsoft.card.adaptive';

/** Microsoft Teams by a workflow of Power Automate, which takes an Adaptive Card; the recipient names its URL. */
export const teamsWorkflows: NotificationService = {
  type: 'teams-workflows',
  options: ['recipientUrls', 'insecureSkipVerify'],
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
        body: { type: 'message', attachments: [{ contentType: cardType, content: card ?? cardOf(message) }] },
      },
      tools,
    );
  },
};

/** A card of what the template says in the words of the old webhooks: title, text, facts, and actions that open a page. */
function cardOf(message: OutgoingMessage): object {
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
      { type: 'TextBlock', text: block['text'] ?? message.message, wrap: true },
      ...factSets
        .filter((facts) => facts.length > 0)
        .map((facts) => ({ type: 'FactSet', facts: facts.map(factOf) })),
    ],
    ...(actions.length > 0 && { actions }),
  };
}

function factOf(fact: unknown): object {
  const { name, value } = fact as { name?: unknown; value?: unknown };
  return { title: String(name ?? ''), value: String(value ?? '') };
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
