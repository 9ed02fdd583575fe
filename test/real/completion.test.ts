import { spawnSync } from 'node:child_process';
import { completionScripts } from '../../src/cli/completion/scripts.ts';

/** Shells that the unit tests do not have; PowerShell is no package of Debian's, and is not tried. */

const answer = `printf '%s\\n' 'promote\tEnd: the pause' 'prune' ':4'`;

function told(shell: string, script: string): string {
  const ended = spawnSync(shell, shell === 'zsh' ? ['-f', '-c', script] : ['--no-config', '-c', script], {
    encoding: 'utf8',
  });
  if (ended.error !== undefined) throw new Error(`${shell} is not installed: apt-get install ${shell}`);
  expect(ended.stderr).toBe('');
  return ended.stdout;
}

test('zsh describes what the program answers, and is told the words as they stand', () => {
  const out = told(
    'zsh',
    `compdef() { print -r -- "of $*" }
    _describe() { print -rl -- "\${(@P)2}" }
    sluice() { print -r -- "asked $*" >&3; ${answer} }
    ${completionScripts.zsh}
    words=(sluice -n 'my space' pr); CURRENT=4
    _sluice 3>&1`,
  );
  expect(out.split('\n')).toEqual([
    'of _sluice sluice kubectl-sluice',
    'asked __complete -n my space pr',
    'promote:End: the pause',
    'prune',
    '',
  ]);
});

test('fish offers what the program answers, with what it is for', () => {
  const out = told(
    'fish',
    `function sluice; ${answer}; end
    ${completionScripts.fish}
    complete -C 'sluice -n "my space" pr'`,
  );
  expect(out.split('\n')).toEqual(['promote\tEnd: the pause', 'prune', '']);
});
