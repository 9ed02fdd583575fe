import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Rollout } from '../../../src/api/v1alpha1/rollout.ts';
import { renderMessage } from '../../../src/core/notifications/blocks.ts';
import { parseNotificationConfig } from '../../../src/core/notifications/config.ts';
import { readMessageKey } from '../../../src/core/notifications/notified.ts';
import { eventReasons, isEventTrigger, triggerOf } from '../../../src/core/notifications/occurrences.ts';
import { subscriptionsOf } from '../../../src/core/notifications/subscriptions.ts';
import { refusal } from '../../../src/core/notifications/template/functions/index.ts';
import { templateVariables } from '../../../src/core/notifications/variables.ts';
import { noon, rollout } from '../../support/builders.ts';

const configMap = parse(readFileSync('config/notifications/configmap.yaml', 'utf8')) as {
  data: Record<string, string>;
};
const config = parseNotificationConfig(configMap.data, {});

test('the usual triggers and templates read without a problem, wait for events, and render', () => {
  expect(config.problems).toEqual([]);
  expect(config.triggers.size).toBe(9);
  expect([...config.triggers.keys()].filter((name) => !isEventTrigger(name))).toEqual([]);
  const shop = rollout({ status: { currentStepIndex: 1 }, canary: { steps: [{ setWeight: 1 }] } });
  const variables = templateVariables(
    { rollout: shop, analysisRuns: [], now: noon },
    {},
    { service: 'slack', recipient: 'a' },
  );
  for (const [name, template] of config.templates) {
    const { message, blocks } = renderMessage([{ name, template }], variables, {
      now: noon,
      digest: () => '',
    });
    expect(message).toContain('default/shop');
    expect(JSON.parse(String(blocks['slack']?.['attachments']))).toMatchObject([{ title: 'shop' }]);
  }
});

test.each(['Healthy', 'Progressing', 'Paused', 'Degraded', undefined])(
  'the usual templates render for canaries and blue-greens of phase %s, with and without containers',
  (phase) => {
    const shapes = [
      rollout({ canary: { steps: [{ setWeight: 1 }] }, status: { currentStepIndex: 0 } }),
      rollout({ blueGreen: { activeService: 'shop' } }),
      rollout({ canary: {} }),
    ];
    for (const shape of shapes) {
      const { template: _, ...ofWorkload } = shape.spec;
      for (const spec of [shape.spec, ofWorkload]) {
        const subject = { ...shape, spec, status: { ...shape.status, ...(phase && { phase }) } } as Rollout;
        const to = { service: 'slack', recipient: 'a' };
        const variables = templateVariables({ rollout: subject, analysisRuns: [], now: noon }, {}, to);
        for (const [name, template] of config.templates) {
          if (name === 'rollout-step-completed' && shape.spec.strategy?.canary?.steps === undefined) continue;
          const { message, blocks } = renderMessage([{ name, template }], variables, {
            now: noon,
            digest: () => '',
          });
          expect(message).toMatch(/shop/);
          expect(JSON.parse(String(blocks['slack']?.['attachments']))).toHaveLength(1);
        }
      }
    }
  },
);

test('reasons become triggers as the peer spells them', () => {
  expect(eventReasons.map(triggerOf)).toEqual(
    expect.arrayContaining([
      'on-rollout-step-completed',
      'on-scaling-replica-set',
      'on-analysis-run-failed',
      'on-skip-steps',
    ]),
  );
});

test('subscriptions: by annotation, by service with default triggers, by YAML, and for all by labels', () => {
  const everybody = parseNotificationConfig(
    {
      defaultTriggers: '[on-rollout-aborted]',
      'defaultTriggers.email': '[on-rollout-completed]',
      subscriptions:
        '[{recipients: ["slack:all"], triggers: [on-rollout-aborted], selector: "team=blue,!quiet"}]',
    },
    {},
  );
  const annotations = {
    'notifications.argoproj.io/subscribe.on-rollout-paused.slack': 'a; b',
    'notifications.argoproj.io/subscribe.email': 'x@y',
    'notifications.argoproj.io/subscribe.teams': '',
    'notifications.argoproj.io/subscriptions':
      '[{trigger: [t], destinations: [{service: webhook, recipients: [r]}]}]',
  };
  const found = subscriptionsOf({ name: 'shop', labels: { team: 'blue' }, annotations }, everybody);
  expect(Object.fromEntries(found)).toEqual({
    'on-rollout-aborted': [
      { service: 'slack', recipient: 'all' },
      { service: 'teams', recipient: '' },
    ],
    'on-rollout-paused': [
      { service: 'slack', recipient: 'a' },
      { service: 'slack', recipient: 'b' },
    ],
    'on-rollout-completed': [{ service: 'email', recipient: 'x@y' }],
    t: [{ service: 'webhook', recipient: 'r' }],
  });
});

test('what cannot be read is named, and the rest counts', () => {
  const { problems, templates } = parseNotificationConfig(
    {
      'template.good': 'message: hello',
      'template.bad': 'message: "{{ env \\"HOME\\" }}"',
      'template.odd': 'slack: {colour: red}',
      'trigger.t': '- {send: [nowhere]}',
      'services.slack': 'token: x',
    },
    {},
  );
  expect(templates.has('good')).toBe(true);
  expect(problems.map(({ key, message }) => `${key}: ${message}`)).toEqual([
    expect.stringMatching(/^services\.slack: is no key of notifications/),
    expect.stringMatching(
      /^template\.bad: message: line 1: function "env" is not available: it would read the environment/,
    ),
    expect.stringMatching(/^template\.odd: slack\.colour is not supported; slack has /),
    'trigger.t: sends "nowhere", and there is no template of that name',
  ]);
});

test('a key of the record reads back, with colons in the recipient', () => {
  expect(readMessageKey('r3.a1.step.0:team-a:on-x:[0].2jmj7l5rSw0yVb_vlWAYkK_YBwk:webhook:a:b')).toEqual({
    once: 'r3.a1.step.0',
    namespace: 'team-a',
    trigger: 'on-x',
    condition: '[0].2jmj7l5rSw0yVb_vlWAYkK_YBwk',
    index: 0,
    destination: { service: 'webhook', recipient: 'a:b' },
  });
});

test.each([
  ...['env', 'expandenv', 'getHostByName', 'uuidv4', 'randAlpha', 'shuffle', 'genCA', 'bcrypt', 'htpasswd'],
  ...['semver', 'semverCompare'],
])('%s of sprig is refused by name, with a reason', (name) => {
  expect(refusal(name)).toMatch(new RegExp(`^function "${name}" is not available: \\w.{20}`));
});
