/** The part of a command of commander that is looked at here. */
export interface CommandNode {
  name(): string;
  readonly commands: readonly CommandNode[];
  parseOptions(argv: string[]): { readonly operands: readonly string[] };
}

export interface UnknownCommand<T> {
  /** Where it was looked for. */
  readonly noun: T;
  readonly word: string;
  /** `error: unknown command 'push'`, with what may have been meant. */
  readonly text: string;
}

/**
 * A word of a command line that is no command: with --help it would pass for a question about the whole program.
 * @param synonyms what people call a command, by its path in the program: `{ push: 'machine push' }`
 */
export function unknownCommand<T extends CommandNode>(
  program: T,
  argv: readonly string[],
  synonyms: Readonly<Record<string, string>>,
): UnknownCommand<T> | undefined {
  const words = program.parseOptions([...argv]).operands;
  let noun: CommandNode = program;
  const path: string[] = [];
  for (const word of words[0] === 'help' ? words.slice(1) : words) {
    if (noun.commands.length === 0 || word === 'help') return undefined;
    const next: CommandNode | undefined = noun.commands.find((command) => command.name() === word);
    if (next === undefined)
      return {
        noun: noun as T,
        word,
        text: `error: unknown command '${word}'${hintOf(program, { noun, path }, word, synonyms)}`,
      };
    noun = next;
    path.push(word);
  }
  return undefined;
}

const mostHints = 3;

function hintOf(
  program: CommandNode,
  { noun, path }: { readonly noun: CommandNode; readonly path: readonly string[] },
  word: string,
  synonyms: Readonly<Record<string, string>>,
): string {
  const names = noun.commands.map((command) => command.name());
  const near = names.filter((name) => distance(name, word) <= 2).map((name) => [...path, name]);
  const elsewhere = pathsOf(program, []).filter((each) => each.at(-1) === word);
  const known = Object.hasOwn(synonyms, word) ? synonyms[word] : undefined;
  const found = (near.length > 0 ? near : elsewhere).map((each) => each.join(' '));
  const hints = known === undefined ? found : [known];
  if (hints.length === 0 || hints.length > mostHints) return '';
  return `\n(Did you mean ${hints.map((hint) => `${program.name()} ${hint}`).join(', or ')}?)`;
}

const pathsOf = (command: CommandNode, path: readonly string[]): (readonly string[])[] =>
  command.commands.flatMap((each) => {
    const own = [...path, each.name()];
    return [own, ...pathsOf(each, own)];
  });

/** Levenshtein's: letters to change, to add and to leave out. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [column, wanted] of [...other].entries()) {
      const change = (row[column] ?? 0) + Number(letter !== wanted);
      next.push(Math.min(change, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
