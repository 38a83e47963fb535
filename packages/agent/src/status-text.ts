import { assignmentSources } from '@tenkai/domain/assignment/assignment.ts';
import { padded, textWidth } from '@tenkai/domain/text-width.ts';
import { sourceText, whyNot } from './assignment/texts.ts';
import { fill, type Language, texts } from './self-service/texts.ts';
import type { AgentStatus } from './status.ts';
import { type StatusLabels, statusLabels } from './status-labels.ts';
import { troubleInJapanese } from './trouble-texts.ts';

type Row = readonly [name: string, value: string];

interface Reader {
  readonly language: Language;
  readonly labels: StatusLabels;
}

const narrowest = 24;

/** The tabs one below the other, for a terminal. English names of components, states and sources are those of `--json`. */
export function statusText(status: AgentStatus, language: Language): string {
  const labels = statusLabels[language];
  const reader = { language, labels };
  const sections: readonly (readonly [string, readonly Row[]])[] = [
    [labels.general, generalRows(status, reader)],
    [labels.components, componentRows(status, reader)],
    [labels.actions, actionRows(status, reader)],
    [labels.site, siteRows(status, reader)],
  ];
  const names = sections.flatMap(([, rows]) => rows.map(([name]) => textWidth(name) + 2));
  const columns = Math.max(narrowest, ...names);
  return sections
    .map(([title, rows]) =>
      [title, ...rows.map(([name, value]) => `  ${padded(name, columns)}${value}`)].join('\n'),
    )
    .join('\n\n');
}

function generalRows({ general }: AgentStatus, { language, labels: l }: Reader): Row[] {
  const { trouble, troubleCode, activeRuns, pendingRuns } = general;
  const said = language === 'ja' ? troubleInJapanese(general) : trouble;
  return [
    [l.version, general.version],
    [l.machine, general.machineId ?? l.notEnrolled],
    [l.service, general.isRunning ? l.running : l.notRunning],
    [l.connected, general.isConnected ? l.yes : l.no],
    [l.runs, activeRuns.join(', ') || l.none],
    [l.pending, pendingText(pendingRuns.length, l)],
    ...optional(trouble !== '', l.trouble, troubleCode === null ? said : `${said} (${troubleCode})`),
  ];
}

function pendingText(count: number, { none, pendingOne, pendingMany }: StatusLabels): string {
  if (count === 0) return none;
  return count === 1 ? pendingOne : fill(pendingMany, { count });
}

function componentRows({ components }: AgentStatus, { language }: Reader): Row[] {
  const { componentNames, componentStates, componentReasons } = texts[language];
  return components.map(({ name, state, reason }) => {
    const shown = language === 'en' ? name : (componentNames[name] ?? name);
    const why = reason === undefined ? '' : ` (${componentReasons[reason] ?? reason})`;
    return [shown, `${componentStates[state]}${why}`];
  });
}

function actionRows({ actions }: AgentStatus, { labels: l }: Reader): Row[] {
  return actions.map(({ command, lastAt }) => [command, lastAt ? fill(l.last, { at: lastAt }) : l.never]);
}

function siteRows({ site }: AgentStatus, { language, labels: l }: Reader): Row[] {
  const why =
    site.isAssigned || site.server !== null || !site.search ? '' : whyNot(site.search.steps, language);
  return [
    [l.assigned, site.isAssigned ? l.yes : l.no],
    [l.code, site.code ?? '-'],
    [l.name, site.name ?? '-'],
    [l.server, site.server ?? '-'],
    [l.rootFingerprint, site.rootFingerprint ?? '-'],
    [l.foundBy, foundByText(site.foundBy, language)],
    ...Object.entries(site.properties).map(([name, value]): Row => [l.properties[name] ?? name, value]),
    ...optional(site.isHeld, l.held, `${l.yes}: tenkai-agent assign --release`),
    ...optional(why !== '', l.noSite, why),
  ];
}

function foundByText(foundBy: string | null, language: Language): string {
  const source = assignmentSources.find((one) => one === foundBy);
  return source === undefined || language === 'en' ? (foundBy ?? '-') : sourceText(source, language);
}

const optional = (isThere: boolean, name: string, value: string): Row[] => (isThere ? [[name, value]] : []);
