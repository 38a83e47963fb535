import type { Reason } from '../scenario/frozen-step.ts';
import type { OperatingSystemEntry, OperatingSystemList } from '../software/operating-system-list.ts';
import { operatingSystems } from '../software/operating-systems.ts';
import { firewallOf, notesOf } from './system-notes.ts';
import type { Capability, CapabilityAnswer, SystemRow } from './system-row.ts';
import './system-sentences.ts';

/** The release with which the rows of agents begin. */
const firstVersion = '0.1.0';

const supported: CapabilityAnswer = { verdict: 'supported', reason: null };

/** The matrix: every row of the operating-system list with what is possible on it. Source: BOSM-01..18. */
export function systemRowsOf({ systems }: OperatingSystemList): SystemRow[] {
  return systems.map((entry) => ({
    key: [entry.id, entry.version, entry.architecture].filter((part) => part !== '').join('-'),
    ...entry,
    firewall: firewallOf(entry),
    minimumVersion: entry.support === 'agent' ? firstVersion : null,
    capabilities: capabilitiesOf(entry),
    notes: notesOf(entry),
  }));
}

/** The shipped matrix. */
export const systemRows: readonly SystemRow[] = /* @__PURE__ */ systemRowsOf(operatingSystems);

function capabilitiesOf(entry: OperatingSystemEntry): Record<Capability, CapabilityAnswer> {
  const why = (code: string): Reason => ({ code, params: { system: entry.name } });
  const managed = managedAnswer(entry, why);
  const imaging: CapabilityAnswer = { verdict: 'planned', reason: why('system-imaging-planned') };
  return {
    agent:
      entry.support === 'simulated'
        ? { verdict: 'unsupported', reason: why('system-agent-runtime') }
        : managed,
    server: serverAnswer(entry, why),
    'package-deployment': managed,
    power: managed,
    multicast: managed,
    'image-backup': imaging,
    'image-restore': imaging,
    netboot: imaging,
  };
}

type Why = (code: string) => Reason;

/** All that an agent does: where none can run, only a simulated one does it (BOSM-02). */
function managedAnswer(entry: OperatingSystemEntry, why: Why): CapabilityAnswer {
  const { support } = entry;
  if (support === 'agent') return supported;
  if (support === 'planned')
    return {
      verdict: 'planned',
      reason: why(isUnseen(entry) ? 'system-agent-unseen' : 'system-agent-planned'),
    };
  return { verdict: 'simulated', reason: why('system-simulated-only') };
}

/** BOSM-16 for our own server: its packages are Debian's, and a client edition of Windows is no host. */
function serverAnswer(entry: OperatingSystemEntry, why: Why): CapabilityAnswer {
  const { id, family, support } = entry;
  if (support === 'simulated') return { verdict: 'unsupported', reason: why('system-agent-runtime') };
  if (family === 'linux')
    return id === 'debian' || id === 'ubuntu'
      ? supported
      : { verdict: 'planned', reason: why('system-server-no-package') };
  if (!id.startsWith('windows-server'))
    return { verdict: 'unsupported', reason: why('system-server-client') };
  return {
    verdict: 'planned',
    reason: why(isUnseen(entry) ? 'system-server-unseen' : 'system-server-planned'),
  };
}

/** Our packages for Windows are of x64, and Windows is played by Wine in our tests (docs/windows-checklist.md). */
function isUnseen({ family, architecture }: OperatingSystemEntry): boolean {
  return family === 'windows' && architecture === 'x64';
}
