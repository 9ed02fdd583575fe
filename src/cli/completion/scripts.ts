/** Shells that a script is written for. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];

/**
 * Each script asks the program itself, `sluice __complete WORDS…`, and so knows every command and the names in the cluster
 * without being written anew. The last line of the answer is `:0` (files may be offered, too) or `:4` (nothing else may).
 */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for sluice; needs nothing but bash
_sluice_complete() {
  local line
  local -a lines
  while IFS= read -r line; do lines+=("$line"); done \\
    < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  local count=\${#lines[@]}
  COMPREPLY=()
  (( count > 0 )) || return
  for line in "\${lines[@]:0:count-1}"; do COMPREPLY+=("\${line%%$'\\t'*}"); done
  if [[ \${lines[count-1]} == :0 ]]; then compopt -o default 2>/dev/null; fi
}
complete -F _sluice_complete sluice kubectl-sluice
`,
  zsh: `#compdef sluice kubectl-sluice
# zsh completion for sluice
_sluice() {
  local line directive
  local -a lines candidates
  lines=("\${(@f)$(\${words[1]} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  directive=\${lines[-1]}
  lines[-1]=()
  for line in $lines; do
    local word=\${line%%$'\\t'*} summary=''
    [[ $line == *$'\\t'* ]] && summary=\${line#*$'\\t'}
    candidates+=("\${word//:/\\\\:}\${summary:+:$summary}")
  done
  (( \${#candidates} )) && _describe 'sluice' candidates
  if [[ $directive == ':0' ]]; then _files; fi
}
if [[ \${funcstack[1]} == _sluice ]]; then _sluice "$@"; else compdef _sluice sluice kubectl-sluice; fi
`,
  fish: `# fish completion for sluice
function __sluice_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
    if test (count $lines) -eq 0
        return
    end
    if test "$lines[-1]" = ':0'
        __fish_complete_path "$current"
    end
    if test (count $lines) -gt 1
        printf '%s\\n' $lines[1..-2]
    end
end
for name in sluice kubectl-sluice
    complete -c $name -f -a '(__sluice_complete)'
end
`,
  powershell: `# PowerShell completion for sluice
Register-ArgumentCompleter -Native -CommandName 'sluice', 'kubectl-sluice' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
  $rest = @($words | Select-Object -Skip 1) + @($wordToComplete)
  # an empty last word would be dropped on its way to a program
  $rest = @($rest | ForEach-Object { if ($_ -eq '') { '""' } else { $_ } })
  $lines = @(& $words[0] __complete @rest 2>$null)
  $lines | Where-Object { $_ -notmatch '^:\\d$' } | ForEach-Object {
    $word, $summary = $_ -split "\`t", 2
    if (-not $summary) { $summary = $word }
    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $summary)
  }
}
`,
};
