import { resources } from '../../src/api/resources.ts';
import { fakeCluster } from '../shell/fake-cluster.ts';
import { rollout } from '../support/builders.ts';
import { experimentOf, runOf } from './facts.ts';
import { terminal } from './terminal.ts';

/** One command line, and what the person at the terminal says to each question. */
async function answered(line: string, answer: string) {
  const cluster = fakeCluster();
  const shop = rollout({ status: { currentPodHash: 'new', stableRS: 'old' } });
  cluster.put(resources.rollouts, shop);
  cluster.put(resources.analysisRuns, runOf({ name: 'shop-1', owner: shop }));
  cluster.put(resources.experiments, experimentOf(shop, 1));
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return answer;
  };
  const ended = await terminal({ cluster, ask }).run(line);
  return { ...ended, questions, writes: cluster.bodies };
}

const forGood = [
  ['promote shop --full', "Skip the remaining steps, pauses and analyses of rollout 'shop'? [y/N] "],
  ['promote shop -a', "Skip the remaining steps, pauses and analyses of rollout 'shop'? [y/N] "],
  ['terminate analysisrun shop-1', "End analysis run 'shop-1' for good? [y/N] "],
  ['terminate exp shop-exp', "End experiment 'shop-exp' and remove the pods? [y/N] "],
  ['retry exp shop-exp', 'Forget what was found so far, and start again: shop-exp? [y/N] '],
];

describe('what cannot be undone', () => {
  test.each(forGood)('is asked about: %s', async (line, question) => {
    for (const answer of ['', 'n', 'no', 'yesterday']) {
      const ended = await answered(line, answer);
      expect(ended).toMatchObject({ code: 1, out: '', err: 'Nothing was changed.\n', writes: [] });
      expect(ended.questions).toEqual([question]);
    }
  });

  const lines = forGood.map(([line = '']) => line).filter((line) => !line.endsWith('-a'));

  test.each(lines)('is done after a yes: %s', async (line) => {
    for (const answer of ['y', 'Yes']) {
      const ended = await answered(line, answer);
      expect(ended).toMatchObject({ code: 0, err: '' });
      expect(ended.writes).toHaveLength(1);
    }
  });

  test.each(lines)('is not asked about with --yes: %s', async (line) => {
    expect(await answered(`${line} --yes`, 'n')).toMatchObject({ code: 0, questions: [] });
    expect(await answered(`${line} -y`, 'n')).toMatchObject({ code: 0, questions: [] });
  });
});

test.each(['abort shop', 'promote shop', 'retry rollout shop', 'pause shop', 'restart shop'])(
  '%s is never asked about: haste matters, or it can be undone',
  async (line) => {
    expect(await answered(line, 'n')).toMatchObject({ code: 0, questions: [] });
  },
);
