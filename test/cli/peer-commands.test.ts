import { connectionFlags, refusedFlags } from '../../src/cli/connection-flags.ts';
import { globalFlags } from '../../src/cli/program.ts';
import { runCommandLine } from '../../src/cli/run.ts';
import type { Host, Verb } from '../../src/cli/verb.ts';
import { verbs } from '../../src/cli/verbs/index.ts';

/**
 * Every command of the peer's plugin (Argo Rollouts 9f8d111d8), its other names, and a command line with each of its
 * flags. What is here stays: scripts are written with it.
 */
const commands: readonly (readonly [words: string, aliases: readonly string[], lines: readonly string[]])[] =
  [
    ['abort', [], ['abort a b']],
    ['completion', [], ['completion bash', 'completion zsh', 'completion fish', 'completion powershell']],
    ['create', [], ['create -f a --filename b -w --no-color', 'create --watch=true --filename=a']],
    [
      'create analysisrun',
      ['ar'],
      [
        'create analysisrun --from a --global --name n --instance-id i -a x=1 --argument y=2',
        'create analysisrun --from-file a --generate-name n-',
      ],
    ],
    ['dashboard', [], ['dashboard --root-path r -p 1 --address 0.0.0.0', 'dashboard --port=1']],
    [
      'get rollout',
      ['ro', 'rollouts'],
      ['get rollout a -w --no-color --timeout-seconds 5', 'get ro a --watch'],
    ],
    ['get experiment', ['exp', 'experiments'], ['get experiment a -w --no-color', 'get exp a --watch']],
    ['lint', [], ['lint -f a', 'lint --filename a']],
    [
      'list rollouts',
      ['ro', 'rollout'],
      ['list rollouts --name a -A -w --timestamps', 'list ro --all-namespaces --watch'],
    ],
    ['list experiments', ['exp', 'experiment'], ['list experiments -A', 'list exp --all-namespaces']],
    [
      'notifications template get',
      [],
      [
        'notifications template get --config-map a --secret :empty',
        ...['wide', 'name', 'json', 'yaml'].map((format) => `notifications template get a -o=${format}`),
        'notifications template get a --output name',
      ],
    ],
    [
      'notifications template notify',
      [],
      [
        'notifications template notify a b --recipient slack:x --recipient console:stdout --config-map c --secret d',
      ],
    ],
    [
      'notifications trigger get',
      [],
      ['notifications trigger get', 'notifications trigger get a -o yaml --secret b'],
    ],
    ['notifications trigger run', [], ['notifications trigger run a b --config-map c --secret d']],
    ['pause', [], ['pause a b']],
    [
      'promote',
      [],
      ['promote a --full', 'promote a -c', 'promote a --skip-current-step', 'promote a -a --skip-all-steps'],
    ],
    ['restart', [], ['restart a -i 10s', 'restart a --in=5m']],
    ['retry rollout', ['ro', 'rollouts'], ['retry rollout a b']],
    ['retry experiment', ['exp', 'experiments'], ['retry experiment a b']],
    ['set image', [], ['set image a c=i', 'set image a *=i']],
    ['status', [], ['status a -w -t 2m', 'status a --watch=false --timeout 0s', 'status a -w=false']],
    ['terminate analysisrun', ['ar', 'analysisruns'], ['terminate analysisrun a b']],
    ['terminate experiment', ['exp', 'experiments'], ['terminate experiment a b']],
    ['undo', [], ['undo a --to-revision 3', 'undo a --to-revision=0']],
    ['version', [], ['version --short']],
  ];

/** Which verb a command line comes to, without running it; or what was wrong with it. */
async function called(line: string): Promise<string> {
  let found = '';
  let err = '';
  const recorders = verbs.map(
    (verb): Verb => ({
      ...verb,
      run: async () => {
        found = verb.words;
        return 0;
      },
    }),
  );
  const host = {
    programName: 'sluice',
    hasColors: false,
    out: () => {},
    err: (text: string) => {
      err += text;
    },
    signal: new AbortController().signal,
  } as unknown as Host;
  await runCommandLine(line.split(' '), host, recorders);
  return err === '' ? found : err;
}

test('the peer’s plugin has 25 commands', () => {
  expect(new Set(commands.map(([words]) => words)).size).toBe(25);
});

describe.each(commands)('%s', (words, aliases, lines) => {
  test.each(lines)('is what this means: %s', async (line) => {
    expect(await called(line)).toBe(words);
  });

  test('is called by each of its other names', async () => {
    const [first = ''] = lines;
    const short = words.split(' ').slice(0, -1).join(' ');
    for (const alias of aliases) {
      expect(await called(first.replace(words, `${short} ${alias}`))).toBe(words);
    }
  });

  test('knows the flags of the connection, in front and behind', async () => {
    const [first = ''] = lines;
    expect(await called(`-n web --context c ${first}`)).toBe(words);
    expect(await called(`${first} --namespace=web --kubeconfig k --as u --loglevel debug`)).toBe(words);
  });
});

test('of kubectl’s own flags each is known, or refused with a reason', () => {
  const known = [...globalFlags, ...connectionFlags, ...refusedFlags].map(({ flags }) => flags);
  const kubectls =
    'as as-group as-uid as-user-extra cache-dir certificate-authority client-certificate client-key cluster context ' +
    'disable-compression insecure-skip-tls-verify kubeconfig namespace password request-timeout server ' +
    'tls-server-name token user username kloglevel loglevel';
  for (const name of kubectls.split(' ')) {
    expect(known.join(' ')).toMatch(new RegExp(`--${name}( |$)`));
  }
});
