import { IconClipboardOff } from '@tabler/icons-react';
import type { Inventory } from '@tenkai/domain/machine/inventory.ts';
import type { MachineDetail } from '@tenkai/protocol/api/machines.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/Empty.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { When } from '../../ui/When.tsx';
import { MachineRepresentative } from '../multicast/MachineRepresentative.tsx';
import { MachineSystem } from '../systems/MachineSystem.tsx';
import { AgentVersion } from './AgentVersion.tsx';
import { CertificateFacts } from './CertificateFacts.tsx';
import { OwnProperties } from './OwnProperties.tsx';

/** マシンのプロパティ (BCON-10): the operating system first, then everything else that the agent told. */
export function MachineProperties({ machine }: { readonly machine: MachineDetail }) {
  const { t } = useTranslation();
  const { inventory } = machine;
  return (
    <div className="tk-columns">
      <section className="tk-panel">
        <h2>{t('machines.sections.system')}</h2>
        <SystemFacts machine={machine} />
      </section>
      {inventory ? (
        <>
          <section className="tk-panel">
            <h2>{t('machines.sections.hardware')}</h2>
            <HardwareFacts hardware={inventory.hardware} />
          </section>
          <section className="tk-panel">
            <h2>{t('machines.sections.network')}</h2>
            <NetworkFacts network={inventory.network} />
          </section>
          <MachineSystem machineId={machine.id} />
          <MachineRepresentative machineId={machine.id} />
        </>
      ) : (
        <section className="tk-panel">
          <Empty
            icon={IconClipboardOff}
            title={t('machines.noInventory')}
            text={t('machines.noInventoryText')}
          />
        </section>
      )}
      <section className="tk-panel">
        <h2>{t('machines.sections.agent')}</h2>
        <AgentFacts machine={machine} />
      </section>
      <OwnProperties machine={machine} />
    </div>
  );
}

function SystemFacts({ machine }: { readonly machine: MachineDetail }) {
  const { t } = useTranslation();
  const system = machine.inventory?.operatingSystem;
  return (
    <Facts
      facts={[
        { label: t('machines.facts.operatingSystem'), value: machine.operatingSystem },
        { label: t('machines.facts.servicePack'), value: machine.servicePack || t('common.none') },
        ...(system
          ? [
              { label: t('machines.facts.version'), value: system.version },
              { label: t('machines.facts.edition'), value: system.edition },
              { label: t('machines.facts.language'), value: system.language },
              { label: t('machines.facts.architecture'), value: system.architecture },
              { label: t('machines.facts.kernel'), value: system.kernel },
              { label: t('machines.facts.bootedAt'), value: <When at={Date.parse(system.bootedAt)} /> },
            ]
          : []),
      ]}
    />
  );
}

function HardwareFacts({ hardware }: { readonly hardware: Inventory['hardware'] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { cpu } = hardware;
  return (
    <Facts
      facts={[
        { label: t('machines.facts.manufacturer'), value: hardware.manufacturer },
        { label: t('machines.facts.model'), value: hardware.model },
        { label: t('machines.facts.serial'), value: hardware.serial },
        { label: t('machines.facts.uuid'), value: <span className="tk-mono">{hardware.uuid || '–'}</span> },
        {
          label: t('machines.facts.cpu'),
          value: `${cpu.model} (${t('machines.facts.cores', { count: cpu.cores })})`,
        },
        { label: t('machines.facts.memory'), value: formats.bytes(hardware.memoryBytes) },
        {
          label: t('machines.sections.disks'),
          value: hardware.disks.map((disk) => (
            <div key={disk.name}>
              {disk.name} {formats.bytes(disk.sizeBytes)} <span className="tk-muted">{disk.model}</span>
            </div>
          )),
        },
      ]}
    />
  );
}

function NetworkFacts({ network }: { readonly network: Inventory['network'] }) {
  const { t } = useTranslation();
  return (
    <Facts
      facts={[
        { label: t('machines.facts.hostname'), value: network.hostname },
        { label: t('machines.facts.domain'), value: network.domain },
        ...network.interfaces.map((face) => ({
          label: face.name,
          value: (
            <>
              <StateLabel
                kind={face.isUp ? 'succeeded' : 'neutral'}
                text={face.isUp ? t('machines.facts.interfaceUp') : t('machines.facts.interfaceDown')}
              />{' '}
              <span className="tk-mono tk-muted">{face.mac}</span>
              {face.addresses.map(({ address, prefix }) => (
                <div key={address} className="tk-mono">
                  {address}/{prefix}
                </div>
              ))}
            </>
          ),
        })),
      ]}
    />
  );
}

const componentKinds = { enabled: 'succeeded', disabled: 'neutral', installed: 'neutral' } as const;

/** Which firewall guards the machine, and each rule that it lacks with the way out (BFWL-03). */
function FirewallFacts({ fact }: { readonly fact: Inventory['agent']['firewall'] }) {
  const { t } = useTranslation();
  if (!fact) return '-';
  if (fact.active.length === 0) return t('machines.facts.firewallNone');
  if (fact.missing.length === 0)
    return (
      <StateLabel
        kind="succeeded"
        text={t('machines.facts.firewallOpen', { firewalls: fact.active.join(', ') })}
      />
    );
  return (
    <>
      <StateLabel kind="failed" text={t('machines.facts.firewallMissing', { count: fact.missing.length })} />
      <div>{t('machines.facts.firewallBlocked')}</div>
      {fact.missing.map(({ rule, firewall, where, remedy }) => (
        <div key={`${firewall} ${where} ${rule}`}>
          <span className="tk-mono">{rule}</span> ({firewall}, {where}):{' '}
          <span className="tk-mono">{remedy}</span>
        </div>
      ))}
    </>
  );
}

function AgentFacts({ machine }: { readonly machine: MachineDetail }) {
  const { t } = useTranslation();
  const components = machine.inventory?.agent.components ?? [];
  return (
    <Facts
      facts={[
        { label: t('machines.facts.agentVersion'), value: <AgentVersion machine={machine} /> },
        { label: t('machines.facts.enrolledAt'), value: <When at={machine.enrolledAt} /> },
        {
          label: t('machines.facts.pendingStarts'),
          value: `${machine.pendingStarts.count}/${machine.pendingStarts.limit}`,
        },
        { label: t('machines.facts.inventoryAt'), value: <When at={machine.inventoryAt} /> },
        {
          label: t('machines.facts.fingerprint'),
          value: <span className="tk-mono">{machine.hardwareFingerprint.slice(0, 16)}</span>,
        },
        { label: t('common.id'), value: <span className="tk-mono">{machine.id}</span> },
        {
          label: t('machines.facts.firewall'),
          value: <FirewallFacts fact={machine.inventory?.agent.firewall} />,
        },
        {
          label: t('certificates.title'),
          value: <CertificateFacts fact={machine.inventory?.agent.certificates} />,
        },
        ...components.map((component) => ({
          label: component.name,
          value: (
            <>
              <StateLabel
                kind={componentKinds[component.state]}
                text={t(`machines.component.${component.state}`)}
              />{' '}
              <span className="tk-muted">{component.reason}</span>
            </>
          ),
        })),
      ]}
    />
  );
}
