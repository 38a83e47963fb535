import { Button, Modal } from '@mantine/core';
import type { Finding } from '@tenkai/domain/diagnosis/diagnosis.ts';
import { findingTexts, partNames } from '@tenkai/domain/diagnosis/texts.ts';
import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../i18n/language.ts';
import { Loaded } from '../../ui/Loaded.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { useDiagnosis } from './machines.queries.ts';

interface Props {
  readonly machine: Pick<MachineRow, 'id' | 'name'>;
  readonly onClose: () => void;
}

/** Which part of the connection with a machine is at fault, as the site sees it at this moment (BFWL-30). */
export function DiagnoseMachine({ machine, onClose }: Props) {
  const { t } = useTranslation();
  const query = useDiagnosis(machine.id);
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={t('machines.diagnose.title', { name: machine.name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className="tk-stack">
        <p className="tk-muted" style={{ margin: 0 }}>
          {t('machines.diagnose.text')}
        </p>
        <Loaded query={query}>
          {({ findings }) => (
            <ul className="tk-list-plain tk-stack">
              {findings.map((finding) => (
                <FindingRow key={finding.part} finding={finding} />
              ))}
            </ul>
          )}
        </Loaded>
        <div className="tk-row">
          <Button loading={query.isFetching} onClick={() => void query.refetch()}>
            {t('machines.diagnose.again')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

const kinds = { ok: 'succeeded', fault: 'failed', skipped: 'faint' } as const;

function FindingRow({ finding }: { readonly finding: Finding }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const { message, remedy } = findingTexts(finding, language);
  return (
    <li>
      <StateLabel kind={kinds[finding.state]} text={t(`machines.diagnose.states.${finding.state}`)} />{' '}
      <b>{partNames[finding.part][language]}</b> <span>{message}</span>
      {finding.state === 'fault' && remedy !== '' ? <div className="tk-muted">{remedy}</div> : null}
    </li>
  );
}
