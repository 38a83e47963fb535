import { Failure } from '@tenkai/domain';
import { getSiteHealth, type SiteHealth } from '@tenkai/protocol/api/site-health.ts';
import { timeText } from '../format.ts';
import type { Session } from '../session.ts';

/**
 * `tenkai site health`.
 * @throws Failure site-unwell: for who watches by the exit status
 */
export async function showHealth({ connect, output }: Session) {
  const { client } = await connect();
  const health = await client(getSiteHealth);
  output.result(health, () => [firewallLine(health), contactLine(health)].join('\n'));
  const { firewall, lostContact } = health;
  if (firewall.state === 'closed')
    throw new Failure('site-unwell', {
      problem: "The firewall of the server's host keeps out what the site needs.",
      where: 'As root on that host',
      command: firewall.repair,
    });
  if (lostContact)
    throw new Failure('site-unwell', {
      problem: 'Machines lost contact together.',
      where: 'To see which part is at fault',
      command: 'tenkai doctor MACHINE',
    });
}

const causes = {
  off: 'nobody is to look',
  never: 'nobody has looked yet',
  'too-old': 'nobody looks any more: systemctl status tenkai-firewall-check.timer',
  unreadable: 'what was written cannot be read',
} as const;

const ruleNames = ({ missing }: SiteHealth['firewall']) =>
  [...new Set(missing.map(({ rule }) => rule))].join(', ');

function firewallLine({ firewall }: SiteHealth): string {
  const title = "Firewall of the server's host:";
  const { state, cause, active, since } = firewall;
  if (state === 'not-checked') return `${title} not checked, ${causes[cause ?? 'never']}`;
  if (state === 'closed')
    return `${title} CLOSED (${active.join(', ')}) since ${timeText(since)}; missing: ${ruleNames(firewall)}`;
  return `${title} ${active.length === 0 ? 'none is active' : `open (${active.join(', ')})`}`;
}

function contactLine({ firewall, lostContact }: SiteHealth): string {
  if (!lostContact) return 'Contact: no machines lost it together';
  const { machines, of, since, isByFirewall } = lostContact;
  const cause = isByFirewall ? `; the host's firewall blocks ${ruleNames(firewall)}` : '';
  return `Contact: ${machines} of ${of} machines LOST it at ${timeText(since)}${cause}`;
}
