import { IconDeviceDesktop } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { MachineActivity, MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { type BarPart, StateBar } from '../../ui/StateBar.tsx';
import type { StateKind } from '../../ui/state-kinds.ts';
import { activityKinds } from '../machines/MachineStates.tsx';
import { useMachineCount } from '../machines/machines.queries.ts';
import { useMay } from '../session/session.queries.ts';
import './overview.css';

const powerKinds: readonly (readonly [MachineRow['powerState'], StateKind])[] = [
  ['on', 'succeeded'],
  ['booting', 'running'],
  ['restarting', 'running'],
  ['unreachable', 'waiting'],
  ['off', 'neutral'],
  ['unknown', 'faint'],
];
const activities: readonly MachineActivity[] = ['error', 'running', 'patching', 'waiting', 'idle'];

/** Machines by what they do and by their power. */
export function MachinesAtAGlance() {
  const { t } = useTranslation();
  const formats = useFormats();
  const all = useMachineCount({});
  const may = useMay();
  const byActivity = useActivityParts();
  const byPower = usePowerParts();
  return (
    <section className="tk-panel" aria-label={t('nav.machines')}>
      <h2>
        <Link to="/machines">{t('overview.machines', { total: formats.number(all.data ?? 0) })}</Link>
      </h2>
      {all.data === 0 ? (
        <Empty
          icon={IconDeviceDesktop}
          title={t('machines.none')}
          text={t('machines.noneText')}
          action={
            may('manage-machines') ? (
              <ButtonLink to="/enrollment" size="xs">
                {t('machines.enroll')}
              </ButtonLink>
            ) : null
          }
        />
      ) : (
        <div className="tk-panel-body tk-glance">
          <div>
            <h3>{t('machines.columns.activity')}</h3>
            <StateBar parts={byActivity} label={t('machines.columns.activity')} />
          </div>
          <div>
            <h3>{t('machines.columns.power')}</h3>
            <StateBar parts={byPower} label={t('machines.columns.power')} />
          </div>
        </div>
      )}
    </section>
  );
}

function useActivityParts(): BarPart[] {
  const { t } = useTranslation();
  const error = useMachineCount({ activity: 'error' });
  const running = useMachineCount({ activity: 'running' });
  const patching = useMachineCount({ activity: 'patching' });
  const waiting = useMachineCount({ activity: 'waiting' });
  const idle = useMachineCount({ activity: 'idle' });
  const counts = { error, running, patching, waiting, idle };
  return activities.map((activity) => ({
    key: activity,
    kind: activityKinds[activity],
    label: t(`machines.activity.${activity}`),
    count: counts[activity].data ?? 0,
    to: { to: '/machines', search: { activity } },
  }));
}

function usePowerParts(): BarPart[] {
  const { t } = useTranslation();
  const counts = {
    on: useMachineCount({ power: 'on' }),
    booting: useMachineCount({ power: 'booting' }),
    restarting: useMachineCount({ power: 'restarting' }),
    unreachable: useMachineCount({ power: 'unreachable' }),
    off: useMachineCount({ power: 'off' }),
    unknown: useMachineCount({ power: 'unknown' }),
  };
  return powerKinds.map(([power, kind]) => ({
    key: power,
    kind,
    label: t(`machines.power.${power}`),
    count: counts[power].data ?? 0,
    to: { to: '/machines', search: { power } },
  }));
}
