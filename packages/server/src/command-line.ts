import { parseArgs } from 'node:util';
import { serverVersion } from './kernel/version.ts';

const help = `Usage: tenkai-server [options]

The site server of Tenkai. Its settings are variables of its environment (docs/install.md), such as TENKAI_DATA and
TENKAI_PORT. Whoever administers the site uses the console or the command "tenkai".

Options:
  --until-input-ends  stop when standard input ends
  --version           print the version and end
  --help              print this and end
`;

export type Start =
  | { readonly kind: 'site'; readonly untilInputEnds: boolean }
  /** Nothing starts: the text is written, and the process ends with the status. */
  | { readonly kind: 'told'; readonly text: string; readonly status: 0 | 2 };

/** What the words behind the program ask for; a word that it does not know starts nothing. */
export function readCommandLine(words: readonly string[]): Start {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        'until-input-ends': { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'told', text: help, status: 0 };
    if (values.version) return { kind: 'told', text: `${serverVersion}\n`, status: 0 };
    return { kind: 'site', untilInputEnds: values['until-input-ends'] };
  } catch (error) {
    return { kind: 'told', text: `${(error as Error).message}\n\n${help}`, status: 2 };
  }
}
