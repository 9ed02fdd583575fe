import { terminal } from './terminal.ts';

const files: Readonly<Record<string, string>> = {
  'config.yaml': `
apiVersion: v1
kind: ConfigMap
metadata: {name: argo-rollouts-notification-configmap}
data:
  service.slack: "token: $slack-token"
  template.done: |
    message: "Rollout {{.rollout.metadata.name}} is done."
    slack: {username: "{{.rollout.metadata.namespace}}"}
  trigger.on-done: |
    - {when: "rollout.status.phase == 'Healthy'", send: [done]}
    - {when: "rollout.status.phase == 'Degraded'", send: [done]}
  trigger.on-broken: |
    - {when: "rollout.status.phase.nope.more", send: [done]}
`,
  'shop.yaml':
    '{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: shop, namespace: web}, status: {phase: Healthy}}',
};

const run = (line: string) =>
  terminal({
    readFile: async (path) => {
      const text = files[path];
      if (text !== undefined) return text;
      throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    },
  }).run(`notifications ${line} --config-map config.yaml --secret :empty`);

describe('notifications', () => {
  test.each([
    ['template get', ['NAME  PREVIEW', 'done  Rollout {{.rollout.metadata.name}} is done.', '']],
    ['template get -o name', ['done', '']],
    [
      'trigger get',
      [
        'NAME       TEMPLATE  CONDITION',
        'on-broken  done      rollout.status.phase.nope.more',
        "on-done    done      rollout.status.phase == 'Healthy'",
        "           done      rollout.status.phase == 'Degraded'",
        '',
      ],
    ],
    [
      'trigger run on-done shop.yaml',
      [
        'CONDITION                           RESULT',
        "rollout.status.phase == 'Healthy'   true",
        "rollout.status.phase == 'Degraded'  false",
        '',
      ],
    ],
    ['template notify done shop.yaml', ['message: Rollout shop is done.', 'slack:', '  username: web', '']],
  ])('%s', async (line, out) => {
    expect(await run(line)).toMatchObject({ code: 0, out: out.join('\n'), err: '' });
  });

  test('a condition that cannot be judged counts as false, and is told by the exit code', async () => {
    const ended = await run('trigger run on-broken shop.yaml');
    expect(ended).toMatchObject({ code: 1, out: expect.stringContaining('false') });
    expect(ended.err).toMatch(/^Error: /);
  });

  test('a recipient whose secret is missing is told by name', async () => {
    const ended = await run('template notify done shop.yaml --recipient slack:ops');
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('token names $slack-token, and the Secret has no such key');
  });
});
