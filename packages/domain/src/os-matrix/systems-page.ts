import { reasonSentence } from '../reason.ts';
import type { Capability, SystemNote, SystemRow } from './system-row.ts';

/** What an administrator asks first; the whole row is `tenkai systems show`. */
const shown: readonly (readonly [Capability, string])[] = [
  ['agent', 'agent'],
  ['package-deployment', 'packages'],
  ['server', 'server'],
  ['image-restore', 'images'],
  ['netboot', 'network boot'],
];

const head = (dataVersion: string) => `# Supported environment
Made from the list of operating systems, version ${dataVersion}, by \`npm run systems\`: not written by hand. A site prints its
own with \`tenkai systems page\`; what the verdicts mean is told in [systems.md](systems.md).
`;

/** BSRV-29: operating system x service pack x architecture as a page of Markdown; the same data gives the same bytes. */
export function systemsPage({
  dataVersion,
  rows,
}: {
  readonly dataVersion: string;
  readonly rows: readonly SystemRow[];
}): string {
  const families = [...new Set(rows.map(({ family }) => family))];
  const tables = families.map((family) =>
    table(
      family,
      rows.filter((row) => row.family === family),
    ),
  );
  return [head(dataVersion), ...tables, cautions(rows)].join('\n');
}

const titles: Readonly<Record<string, string>> = { windows: 'Windows', linux: 'Linux' };

function table(family: string, rows: readonly SystemRow[]): string {
  const columns = ['system', 'architecture', 'service packs', ...shown.map(([, title]) => title), 'since'];
  const lines = rows.map((row) => [
    row.name,
    row.architecture,
    row.servicePacks.map(levelText).join(', '),
    ...shown.map(([capability]) => row.capabilities[capability].verdict),
    row.minimumVersion ?? '–',
  ]);
  const text = [columns, columns.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  return `## ${titles[family] ?? family}\n${text.join('\n')}\n`;
}

const levelText = (level: number) => (level === 0 ? 'none' : `SP${level}`);

/** Each sentence once, with the systems for which it stands. */
function cautions(rows: readonly SystemRow[]): string {
  const about = new Map<string, Set<string>>();
  for (const row of rows)
    for (const note of row.notes) {
      const sentence = noteText(note);
      about.set(sentence, (about.get(sentence) ?? new Set()).add(row.name));
    }
  const lines = [...about].map(([sentence, names]) => `- ${sentence} (${[...names].join(', ')})`);
  return `## Cautions\n${lines.join('\n')}\n`;
}

function noteText({ reason, about, levels }: SystemNote): string {
  const where = levels ? ` at ${levels.map(levelText).join(', ')}` : '';
  return `${about}${where}: ${reasonSentence(reason)}`;
}
