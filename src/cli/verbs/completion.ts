import { completionScripts, shells } from '../completion/scripts.ts';
import { UsageError, type Verb } from '../verb.ts';

/** `completion`: the script that teaches a shell to complete this program's commands. */
export const completion: Verb = {
  words: 'completion',
  arguments: '<SHELL>',
  choices: shells,
  summary: 'Print the script that lets a shell complete commands, flags and names',
  details: [
    `SHELL is one of ${shells.join(', ')}. To load it:`,
    '  bash        source <(sluice completion bash)',
    '  zsh         source <(sluice completion zsh)      (after compinit)',
    '  fish        sluice completion fish | source',
    '  powershell  sluice completion powershell | Out-String | Invoke-Expression',
    '',
    'For `kubectl sluice`, put an executable kubectl_complete-sluice on the PATH (kubectl 1.26 or newer asks it):',
    '  #!/bin/sh',
    '  exec kubectl-sluice __complete "$@"',
    '',
    'Names of rollouts, experiments, analysis runs and namespaces are those of the cluster.',
  ].join('\n'),
  async run({ out }, [name = '']) {
    const shell = shells.find((one) => one === name);
    if (shell === undefined)
      throw new UsageError(`there is completion for ${shells.join(', ')}, not for "${name}"`);
    out(completionScripts[shell]);
    return 0;
  },
};
