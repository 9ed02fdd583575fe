import { spawnSync } from 'node:child_process';
import { resources } from '../../src/api/resources.ts';
import { completionScripts, shells } from '../../src/cli/completion/scripts.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import { fakeCluster } from '../shell/fake-cluster.ts';
import { rollout } from '../support/builders.ts';
import { experimentOf, runOf } from './facts.ts';
import { terminal } from './terminal.ts';

function filled() {
  const cluster = fakeCluster();
  const shop = rollout();
  for (const name of ['shop', 'cart', 'shed']) cluster.put(resources.rollouts, rollout({ name }));
  const away = rollout({ name: 'mail' });
  away.metadata.namespace = 'post';
  cluster.put(resources.rollouts, away);
  cluster.put(resources.analysisRuns, runOf({ name: 'shop-1', owner: shop }));
  cluster.put(resources.experiments, experimentOf(shop, 1));
  for (const name of ['default', 'post']) {
    cluster.put(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  return cluster;
}

/** What is offered at the end of a line; `isFile` when files are, too. */
async function offered(line: string, cluster = filled()) {
  const { code, out, err } = await terminal({ cluster }).run(['__complete', ...line.split(' ')]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const lines = out.trimEnd().split('\n');
  return { words: lines.slice(0, -1).map((text) => text.split('\t')[0]), isFile: lines.at(-1) === ':0' };
}

describe('a shell is offered', () => {
  test.each([
    ['pro', ['promote']],
    ['get ', ['rollout', 'experiment']],
    ['create ', ['analysisrun']],
    ['promote ', ['cart', 'shed', 'shop']],
    ['promote sh', ['shed', 'shop']],
    ['promote ""', ['cart', 'shed', 'shop']], // how PowerShell is told to pass nothing, and newer ones pass it
    ['promote shop ', []],
    ['abort shop ', ['cart', 'shed']],
    ['abort shop cart sh', ['shed']],
    ['status --timeout 5m s', ['shed', 'shop']],
    ['get ro s', ['shed', 'shop']],
    ['-n post status ', ['mail']],
    ['status --namespace=post ', ['mail']],
    ['status -n ', ['default', 'post']],
    ['terminate analysisrun ', ['shop-1']],
    ['terminate ar s', ['shop-1']],
    ['retry exp ', ['shop-exp']],
    ['promote --f', ['--full']],
    ['promote shop --f', ['--full']],
    ['get rollout shop -o ', ['json', 'yaml', 'name']],
    ['list rollouts -o w', ['wide']],
    ['list rollouts --name c', ['cart']],
    ['completion ', [...shells]],
    ['undo shop --to-revision ', []],
    ['dash', ['dashboard']],
    ['notif', ['notifications']],
    ['notifications ', ['template', 'trigger']],
    ['notifications template ', ['get', 'notify']],
    ['notifications template get x --sec', ['--secret']],
    ['nonsense ', []],
  ])('behind %p: %j', async (line, words) => {
    expect(await offered(line)).toEqual({ words, isFile: false });
  });

  test('files where a file is asked for', async () => {
    expect(await offered('lint ')).toMatchObject({ isFile: false });
    expect(await offered('create -f ')).toEqual({ words: [], isFile: true });
    expect(await offered('status --kubeconfig ')).toEqual({ words: [], isFile: true });
  });

  test('what a command is for', async () => {
    const { out } = await terminal().run(['__complete', 'abo']);
    expect(out).toBe('abort\tStop a release and return its traffic to the stable version\n:4\n');
  });

  test('no names and no error when the server does not answer', async () => {
    const cluster = filled();
    cluster.onCall = () => {
      throw new ApiError(0, '', 'connection refused');
    };
    expect(await offered('promote ', cluster)).toEqual({ words: [], isFile: false });
  });
});

describe('completion', () => {
  test.each([...shells])('prints the script for %s', async (shell) => {
    expect(await terminal().run(`completion ${shell}`)).toEqual({
      code: 0,
      out: completionScripts[shell],
      err: '',
    });
    expect(completionScripts[shell]).toContain('__complete');
  });

  test('names the shells there are', async () => {
    const ended = await terminal().run('completion tcsh');
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(
      /^Error: there is completion for bash, zsh, fish, powershell, not for "tcsh"\n/,
    );
  });

  test('of bash puts the answer of the program into its reply', () => {
    const line = (words: string) => `
      sluice() { printf '<%s>' "$@"; printf '\\n'; printf '%s\\n' $'promote\\tEnd the pause' ':4'; }
      ${completionScripts.bash}
      COMP_WORDS=(sluice ${words}); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
      _sluice_complete; printf '%s|' "\${COMPREPLY[@]}"`;
    const ended = spawnSync('bash', ['-c', line("-n 'my space' ''")], { encoding: 'utf8' });
    expect({ out: ended.stdout, err: ended.stderr }).toEqual({
      out: '<__complete><-n><my space><>|promote|',
      err: '',
    });
  });
});
