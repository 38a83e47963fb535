import type { AgentStatus } from './status.ts';

/**
 * What keeps an agent from being as a fresh installation leaves it: no site, every component installed, and the
 * notification component disabled. Empty: it is so. Source: AGENT-32, AGENT-34.
 */
export function unassignedFindings({ components, site }: Pick<AgentStatus, 'components' | 'site'>): string[] {
  const findings = [
    ...(site.isAssigned ? [`assigned to site ${site.code ?? '?'}`] : []),
    ...(site.server === null ? [] : [`knows the server ${site.server}`]),
  ];
  const states = components.flatMap(({ name, state }) => {
    const wanted = name === 'notification' ? 'disabled' : 'installed';
    return state === wanted ? [] : [`component ${name} is ${state}, not ${wanted}`];
  });
  return [...findings, ...states];
}
