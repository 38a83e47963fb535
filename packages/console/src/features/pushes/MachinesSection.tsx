import { Button, Checkbox, Textarea } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { CheckedHosts } from './CheckedHosts.tsx';
import { hostsOf, type SectionProps } from './push-draft.ts';
import { useCheckHosts } from './pushes.queries.ts';

/** The machines, and what the site says of them before anything is done. */
export function MachinesSection({ draft, onChange }: SectionProps) {
  const { t } = useTranslation();
  const check = useCheckHosts();
  const change = (machines: string) => {
    onChange({ machines });
    check.reset();
  };
  return (
    <section className="tk-panel">
      <h2>{t('pushes.steps.machines')}</h2>
      <div className="tk-panel-body tk-stack">
        <MachineList text={draft.machines} onChange={change} />
        <CheckButton hosts={hostsOf(draft)} check={check} />
        {check.error ? <ProblemView error={check.error} /> : null}
        {check.data ? <CheckedHosts checked={check.data} /> : null}
        <Checkbox
          label={t('pushes.fields.includesManaged')}
          checked={draft.includesManaged}
          onChange={(event) => onChange({ includesManaged: event.currentTarget.checked })}
        />
      </div>
    </section>
  );
}

interface ListProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
}

function MachineList({ text, onChange }: ListProps) {
  const { t } = useTranslation();
  return (
    <Textarea
      label={t('pushes.fields.hosts')}
      description={t('pushes.hostsText')}
      placeholder={'web-1.example\ndeploy@10.0.0.5:2222\n[2001:db8::5]:22'}
      autosize
      minRows={4}
      maxRows={14}
      maxLength={400_000}
      spellCheck={false}
      value={text}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface CheckProps {
  readonly hosts: string[];
  readonly check: ReturnType<typeof useCheckHosts>;
}

function CheckButton({ hosts, check }: CheckProps) {
  const { t } = useTranslation();
  return (
    <div className="tk-row">
      <Button
        variant="default"
        leftSection={<IconListCheck size={16} />}
        disabled={hosts.length === 0}
        loading={check.isPending}
        onClick={() => check.mutate(hosts)}
      >
        {t('pushes.check')}
      </Button>
      <span className="tk-muted">{t('pushes.named', { count: hosts.length })}</span>
    </div>
  );
}
