import { NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { StepNode } from '@tenkai/domain/scenario/scenario.ts';
import { useTranslation } from 'react-i18next';
import { usePackage } from '../packages/packages.queries.ts';
import { PackageSelect } from './PackageSelect.tsx';
import { ProgramSelect } from './ProgramSelect.tsx';

interface Props<K extends StepNode['kind'] = StepNode['kind']> {
  readonly step: Extract<StepNode, { kind: K }>;
  readonly onChange: (step: StepNode) => void;
}

const interpreters = ['sh', 'bash', 'powershell', 'cmd'] as const;
const dayMinutes = 1440;
const daySeconds = 86_400;

/** What a kind of step needs to know. */
export function StepFields({ step, onChange }: Props) {
  switch (step.kind) {
    case 'install-package':
      return <InstallFields step={step} onChange={onChange} />;
    case 'run-program':
      return <ProgramFields step={step} onChange={onChange} />;
    case 'run-script':
      return <ScriptFields step={step} onChange={onChange} />;
    case 'copy-files':
      return <CopyFields step={step} onChange={onChange} />;
    case 'restart':
    case 'shut-down':
      return <DelayField step={step} onChange={onChange} />;
    case 'wake':
      return <TimeoutField step={step} onChange={onChange} />;
    case 'wait':
      return <WaitField step={step} onChange={onChange} />;
    case 'group':
      return null;
  }
}

function InstallFields({ step, onChange }: Props<'install-package'>) {
  const { t } = useTranslation();
  const wasNamedByKind = step.name === '' || step.name === t('scenarios.kinds.install-package');
  return (
    <>
      <PackageSelect
        value={step.packageId || null}
        onChange={(packageId, displayName) =>
          onChange({
            ...step,
            packageId: packageId ?? '',
            program: null,
            ...(wasNamedByKind && displayName ? { name: displayName.slice(0, 127) } : {}),
          })
        }
      />
      <ProgramSelect
        packageId={step.packageId || undefined}
        value={step.program}
        onChange={(program) => onChange({ ...step, program })}
      />
    </>
  );
}

function ProgramFields({ step, onChange }: Props<'run-program'>) {
  const { t } = useTranslation();
  return (
    <>
      <PackageSelect
        isOptional
        value={step.packageId}
        onChange={(packageId) => onChange({ ...step, packageId, program: null })}
      />
      {step.packageId ? (
        <ProgramSelect
          packageId={step.packageId}
          value={step.program}
          onChange={(program) => onChange({ ...step, program })}
        />
      ) : (
        <TextInput
          label={t('scenarios.commandLine')}
          required
          maxLength={8192}
          spellCheck={false}
          classNames={{ input: 'tk-mono' }}
          value={step.commandLine}
          onChange={(event) => onChange({ ...step, commandLine: event.currentTarget.value })}
        />
      )}
      <CodesField step={step} onChange={onChange} />
      <TimeoutField step={step} onChange={onChange} />
    </>
  );
}

function ScriptFields({ step, onChange }: Props<'run-script'>) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t('packages.interpreter')}
        allowDeselect={false}
        data={[...interpreters]}
        value={step.interpreter}
        onChange={(next) => onChange({ ...step, interpreter: next as (typeof interpreters)[number] })}
      />
      <Textarea
        label={t('packages.script')}
        required
        autosize
        minRows={5}
        maxRows={24}
        maxLength={262_144}
        spellCheck={false}
        classNames={{ input: 'tk-mono' }}
        value={step.text}
        onChange={(event) => onChange({ ...step, text: event.currentTarget.value })}
      />
      <CodesField step={step} onChange={onChange} />
      <TimeoutField step={step} onChange={onChange} />
    </>
  );
}

function CopyFields({ step, onChange }: Props<'copy-files'>) {
  const { t } = useTranslation();
  const chosen = usePackage(step.packageId || undefined);
  const everything = '';
  return (
    <>
      <PackageSelect
        value={step.packageId || null}
        onChange={(packageId) => onChange({ ...step, packageId: packageId ?? '', from: '' })}
      />
      <Select
        label={t('scenarios.from')}
        allowDeselect={false}
        data={[
          { value: everything, label: t('scenarios.allFolders') },
          ...(chosen.data?.folders ?? []).map((folder) => ({ value: folder, label: folder })),
        ]}
        value={step.from}
        onChange={(from) => onChange({ ...step, from: from ?? everything })}
      />
      <TextInput
        label={t('scenarios.to')}
        description={t('scenarios.toText')}
        required
        maxLength={1024}
        spellCheck={false}
        value={step.to}
        onChange={(event) => onChange({ ...step, to: event.currentTarget.value })}
      />
    </>
  );
}

function DelayField({ step, onChange }: Props<'restart' | 'shut-down'>) {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={t('scenarios.delaySeconds')}
      min={0}
      max={daySeconds}
      value={step.delaySeconds ?? 0}
      onChange={(value) => onChange({ ...step, delaySeconds: Number(value) || 0 })}
    />
  );
}

function WaitField({ step, onChange }: Props<'wait'>) {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={t('scenarios.waitSeconds')}
      min={1}
      max={daySeconds}
      value={step.seconds}
      onChange={(value) => onChange({ ...step, seconds: Number(value) || 1 })}
    />
  );
}

function TimeoutField({ step, onChange }: Props<'run-program' | 'run-script' | 'wake'>) {
  const { t } = useTranslation();
  const set = (value: string | number) => {
    const { timeoutMinutes: _before, ...rest } = step;
    onChange(value === '' ? rest : { ...rest, timeoutMinutes: Number(value) });
  };
  return (
    <NumberInput
      label={`${t('packages.fields.maxRunTime')} (${t('common.optional')})`}
      min={1}
      max={dayMinutes}
      value={step.timeoutMinutes ?? ''}
      onChange={set}
    />
  );
}

function CodesField({ step, onChange }: Props<'run-program' | 'run-script'>) {
  const { t } = useTranslation();
  return (
    <TagsInput
      label={t('packages.fields.successCodes')}
      value={(step.successCodes ?? [0]).map(String)}
      onChange={(values) => {
        const codes = values.map(Number).filter(Number.isInteger);
        onChange({ ...step, successCodes: codes.length > 0 ? [...new Set(codes)] : [0] });
      }}
    />
  );
}
