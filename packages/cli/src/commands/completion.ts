import { Failure } from '@tenkai/domain';
import type { Command } from 'commander';
import { acting, type Cli, type Session } from '../session.ts';

export function addCompletionCommand(program: Command, cli: Cli) {
  program
    .command('completion')
    .description('print the completion script of a shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', examples)
    .action(acting(cli, (session, shell: string) => completion(session, program, shell)));
}

const examples = `
Examples:
  tenkai completion bash > /etc/bash_completion.d/tenkai
  tenkai completion zsh > "\${fpath[1]}/_tenkai"
  tenkai completion fish > ~/.config/fish/completions/tenkai.fish`;

const scripts: Readonly<Record<string, (entries: readonly Entry[]) => string>> = { bash, zsh, fish };

async function completion({ output }: Session, program: Command, shell: string) {
  const script = scripts[shell];
  if (!script) {
    const problem = `"${shell}" is none of ${Object.keys(scripts).join(', ')}.`;
    throw new Failure('usage-wrong', { problem, command: 'tenkai completion' });
  }
  const text = script(entriesOf(program));
  output.result({ shell, script: text }, () => text.trimEnd());
}

/** What may follow the words typed so far. */
interface Entry {
  /** `tenkai package create` */
  readonly words: readonly string[];
  readonly next: readonly { readonly word: string; readonly about: string }[];
}

function entriesOf(command: Command, above: readonly string[] = []): Entry[] {
  const words = [...above, command.name()];
  const options = [...command.options, ...globalOptions(command)].flatMap((option) =>
    option.long ? [{ word: option.long, about: option.description }] : [],
  );
  const commands = command.commands.map((child) => ({ word: child.name(), about: child.description() }));
  return [
    { words, next: [...commands, ...options] },
    ...command.commands.flatMap((child) => entriesOf(child, words)),
  ];
}

function globalOptions(command: Command): Command['options'] {
  return command.parent ? [...command.parent.options, ...globalOptions(command.parent)] : [];
}

function bash(entries: readonly Entry[]): string {
  const cases = entries.map(
    ({ words, next }) => `    '${words.join(' ')}') next='${next.map(({ word }) => word).join(' ')}' ;;`,
  );
  return `# bash completion for tenkai
_tenkai() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='tenkai' word next=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) case " $(_tenkai_next "$path") " in *" $word "*) path="$path $word" ;; esac ;; esac
  done
  next="$(_tenkai_next "$path")"
  COMPREPLY=($(compgen -W "$next" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
_tenkai_next() {
  local next=''
  case "$1" in
${cases.join('\n')}
  esac
  printf '%s' "$next"
}
complete -o filenames -F _tenkai tenkai
`;
}

function zsh(entries: readonly Entry[]): string {
  const cases = entries.map(({ words, next }) => {
    const items = next
      .map(({ word, about }) => `'${quoted(`${word}:${about.replaceAll(':', ' ')}`)}'`)
      .join(' ');
    return `    '${words.join(' ')}') next=(${items}) ;;`;
  });
  return `#compdef tenkai
# zsh completion for tenkai
_tenkai_next() {
  case "$1" in
${cases.join('\n')}
    *) next=() ;;
  esac
}
_tenkai() {
  local -a next
  local typed='tenkai' word
  for word in \${words[2,CURRENT-1]}; do
    _tenkai_next "$typed"
    if (( \${\${next%%:*}[(Ie)$word]} )) && [[ $word != -* ]]; then typed="$typed $word"; fi
  done
  _tenkai_next "$typed"
  _describe 'tenkai' next || _files
}
compdef _tenkai tenkai
`;
}

function fish(entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ words, next }) => {
    const typed = words.slice(1).join(' ');
    return next.map(({ word, about }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      return `complete -c tenkai -n '__tenkai_at "${typed}"' ${what} -d '${quoted(about)}'`;
    });
  });
  return `# fish completion for tenkai
function __tenkai_at
    set -l typed (commandline -opc)[2..-1]
    set -l words (string match -v -- '-*' $typed)
    set -l wanted (string split -n ' ' -- $argv[1])
    test (count $words) -ge (count $wanted); or return 1
    test (count $wanted) -eq 0; and test (count $words) -eq 0; and return 0
    test (count $wanted) -gt 0; and test "$words[1..$(count $wanted)]" = "$wanted"
end
${lines.join('\n')}
`;
}

/** Inside of single quotes. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''");
}
