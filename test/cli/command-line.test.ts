import { resources } from '../../src/api/resources.ts';
import { runCommandLine } from '../../src/cli/run.ts';
import { type Session, UsageError, type Verb } from '../../src/cli/verb.ts';
import { verbs } from '../../src/cli/verbs/index.ts';
import { SluiceError } from '../../src/kernel/errors.ts';
import { ApiError, type Cluster } from '../../src/ports/cluster.ts';
import { fakeCluster } from '../shell/fake-cluster.ts';
import { rollout } from '../support/builders.ts';
import { expectGolden } from '../support/golden.ts';
import { terminal } from './terminal.ts';

describe('a wrong command line', () => {
  test.each([
    ['no command', '', 'Usage: sluice '],
    ['a group without its second word', 'get', 'Usage: sluice get '],
    ['an unknown command', 'promot shop', "Error: unknown command 'promot'\n(Did you mean promote?)\n"],
    [
      'an unknown second word',
      'list rolouts',
      "Error: unknown command 'rolouts'\n(Did you mean rollouts?)\n",
    ],
    ['an unknown flag', 'promote shop --ful', "Error: unknown option '--ful'\n(Did you mean --full?)\n"],
    ['a missing argument', 'promote', "Error: missing required argument 'NAME'\nUsage: sluice promote "],
    ['a surplus argument', 'promote a b', "Error: too many arguments for 'promote'."],
    [
      'a flag without its value',
      'undo shop --to-revision',
      "Error: option '--to-revision <N>' argument missing\n",
    ],
  ])('with %s is told on stderr, with exit 1', async (_, line, start) => {
    const ended = await terminal().run(line);
    expect({ ...ended, err: ended.err.slice(0, start.length) }).toEqual({ code: 1, out: '', err: start });
  });

  test.each([
    ['retry shop', 'sluice retry rollout shop, or sluice retry experiment shop'],
    ['retry shop cart -n web', 'sluice retry rollout shop cart, or sluice retry experiment shop cart'],
    ['terminate shop', 'sluice terminate analysisrun shop, or sluice terminate experiment shop'],
    ['get shop', 'sluice get rollout shop, or sluice get experiment shop'],
    ['set shop app=shop:v2', 'sluice set image shop app=shop:v2'],
    ['promote rollout shop', 'sluice promote shop'],
    ['status ro shop -t 5s', 'sluice status shop'],
    ['get rolout', 'rollout'],
    ['--version', 'sluice version'],
    ['promote shop cart', undefined],
    ['get analysisrun shop', undefined],
    ['list pods', undefined],
  ])('%s is told what was probably meant: %s', async (line, meant) => {
    const ended = await terminal().run(line);
    expect(ended.code).toBe(1);
    expect(/Did you mean (.*)\?\)\n/.exec(ended.err)?.[1]).toBe(meant);
  });

  test('names the command whose help to read, as it is called here', async () => {
    const ended = await terminal({ programName: 'kubectl sluice' }).run('set image');
    expect(ended.err).toContain('\nUsage: kubectl sluice set image [options] <NAME> <CONTAINER=IMAGE>\n');
    expect(ended.err).toContain('Run "kubectl sluice set image --help" for its flags.\n');
  });
});

describe('a name', () => {
  const seen = async (line: string) => {
    const cluster = fakeCluster();
    cluster.put(resources.rollouts, rollout({ image: 'shop:v1' }));
    return terminal({ cluster }).run(line);
  };

  test.each(['rollout.argoproj.io/shop', 'rollout/shop', 'ro/shop', 'rollouts/shop'])(
    'may be written as kubectl does: %s',
    async (name) => {
      expect(await seen(`abort ${name}`)).toMatchObject({ code: 0, out: "rollout 'shop' aborted\n" });
    },
  );

  test.each(['deployment/shop', 'rollout/', 'a/b/c'])('of another kind is refused: %s', async (name) => {
    const ended = await seen(`abort shop ${name}`);
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toContain(`Error: "${name}" is no rollout; write its name alone, or rollout/NAME\n`);
  });

  test('that is a kind is told of, where there is none', async () => {
    const ended = await seen('abort rollout shop');
    expect(ended).toMatchObject({ code: 1, out: "rollout 'shop' aborted\n" });
    expect(ended.err).toContain('"rollout" is taken for a name: this command knows the kind');
  });

  test('of an image or a file may have a slash', async () => {
    expect((await seen('set image shop shop=registry/shop:v2')).code).toBe(0);
  });
});

describe('help', () => {
  test('of the program lists every command, on stdout', async () => {
    const ended = await terminal().run('--help');
    expect(ended).toMatchObject({ code: 0, err: '' });
    expectGolden('cli/help.txt', ended.out);
    for (const { words, hidden } of verbs) {
      if (hidden !== true) expect(ended.out).toContain(`  ${words.split(' ')[0]}`);
    }
  });

  const listed = verbs.filter(({ passesThrough }) => passesThrough !== true).map(({ words }) => words);
  test.each(listed)('of %s tells its flags', async (words) => {
    const ended = await terminal().run(`${words} --help`);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toContain(`Usage: sluice ${words}`.replace(/ (\S+)$/, ' $1'));
    expect(ended.out).toContain('--kubeconfig <FILE>');
  });
});

const failing = (error: Error): Cluster => ({
  ...fakeCluster(),
  get: async () => {
    throw error;
  },
});

describe('an error', () => {
  test.each([
    [
      'of the network names the server and the way out',
      new ApiError(0, '', 'connect ECONNREFUSED 127.0.0.1:6443'),
      /^Error: the API server does not answer: connect ECONNREFUSED 127.0.0.1:6443\n.*--kubeconfig.*\n$/,
    ],
    [
      'of the server is told in its words',
      new ApiError(403, 'Forbidden', 'rollouts.argoproj.io "shop" is forbidden: no'),
      /^Error: rollouts.argoproj.io "shop" is forbidden: no\n$/,
    ],
    [
      'of credentials says whose they are',
      new ApiError(401, 'Unauthorized', 'Unauthorized'),
      /^Error: Unauthorized\n.*credentials of this context.*\n$/,
    ],
    [
      'of ours comes with what to do',
      new SluiceError('CONFIG_INVALID', 'The kubeconfig has no context "x".'),
      /^Error: The kubeconfig has no context "x".\n.+\n$/,
    ],
  ])('%s', async (_, error, text) => {
    const ended = await terminal({ cluster: failing(error) }).run('status shop');
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toMatch(text);
  });

  test('shows its stack only when asked', async () => {
    const cluster = failing(new Error('boom'));
    expect((await terminal({ cluster }).run('status shop')).err).toBe('Error: boom\n');
    expect((await terminal({ cluster }).run('status shop --loglevel debug')).err).toContain('\n    at ');
  });
});

describe('a verb is given', () => {
  const calls: { args: readonly string[]; options: object; globals: object }[] = [];
  const probe: Verb = {
    words: 'probe',
    arguments: '[NAME]',
    summary: 'Tell what was said',
    flags: [
      { flags: '-w, --watch', summary: 'watch', fallback: true },
      { flags: '--no-watch', summary: 'do not' },
      { flags: '--full', summary: 'all' },
      { flags: '-f, --filename <FILE>', summary: 'file', repeatable: true },
    ],
    async run({ globals }: Session, args, options) {
      calls.push({ args, options, globals });
      if (args[0] === 'wrong') throw new UsageError('wrong');
      return args[0] === 'seven' ? 7 : undefined;
    },
  };
  const run = async (...argv: string[]) => {
    calls.length = 0;
    const shell = terminal();
    const host = { ...({} as Session), ...shell, err: () => {}, out: () => {} };
    const code = await runCommandLine(argv, { ...host, signal: new AbortController().signal } as never, [
      probe,
    ]);
    return { code, ...calls[0] };
  };

  test.each([
    [['probe', 'x'], { watch: true }, {}],
    [['probe', '--watch=false', 'x'], { watch: false }, {}],
    [['probe', '-w=false', 'x'], { watch: false }, {}],
    [['probe', '-w=true', 'x', '--full=true'], { watch: true, full: true }, {}],
    [['probe', 'x', '--full=false'], { watch: true }, {}],
    [['probe', 'x', '-f', 'a', '--filename=b'], { watch: true, filename: ['a', 'b'] }, {}],
    [['-n', 'web', 'probe', 'x'], { watch: true }, { namespace: 'web' }],
    [
      ['probe', 'x', '--namespace=web', '--context', 'c'],
      { watch: true },
      { namespace: 'web', context: 'c' },
    ],
  ])('the flags as they were meant: %p', async (argv, options, globals) => {
    expect(await run(...argv)).toEqual({ code: 0, args: ['x'], options, globals });
  });

  test('a way to end with a code of its own, and one to say that it was called wrongly', async () => {
    expect((await run('probe', 'seven')).code).toBe(7);
    expect((await run('probe', 'wrong')).code).toBe(1);
  });
});
