import { ActionIcon, Button, Menu, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { Detection } from '@tenkai/domain/software/detection.ts';
import { useTranslation } from 'react-i18next';
import { useDraftProblems } from './draft-problems.ts';
import { RegistryFields } from './RegistryFields.tsx';
import type { TabProps } from './tab-props.ts';

const first: Record<Detection['kind'], Detection> = {
  package: { kind: 'package', source: 'dpkg', name: '' },
  file: { kind: 'file', path: '' },
  registry: { kind: 'registry', key: '', name: '', operator: '>=', data: '' },
  script: { kind: 'script', interpreter: 'sh', text: '' },
};
const kinds = ['package', 'file', 'registry', 'script'] as const;
const mostRules = 50;

/** How we know afterwards that the package is really there; all rules must hold (BPKG-35). */
export function DetectionField({ draft, onChange }: TabProps) {
  const { t } = useTranslation();
  const problems = useDraftProblems();
  const { detection } = draft;
  const error = problems.at('detection');
  const set = (next: Detection[]) => onChange({ detection: next });
  return (
    <div className="tk-stack">
      <p className="tk-muted" style={{ margin: 0 }}>
        {t('packages.detection.text')}
      </p>
      {detection.map((rule, index) => (
        <fieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: rules have no identity but their place
          key={index}
          className="tk-card tk-form"
        >
          <legend>{t(`packages.detection.${rule.kind}`)}</legend>
          <ActionIcon
            className="tk-card-remove"
            variant="subtle"
            color="gray"
            aria-label={t('packages.detection.remove')}
            onClick={() => set(detection.filter((_, at) => at !== index))}
          >
            <IconTrash size={16} />
          </ActionIcon>
          <RuleFields
            rule={rule}
            field={`detection[${index}]`}
            onChange={(next) => set(detection.map((each, at) => (at === index ? next : each)))}
          />
        </fieldset>
      ))}
      {error ? (
        <p className="tk-field-error" role="alert">
          {error}
        </p>
      ) : null}
      <div>
        <Menu position="bottom-start">
          <Menu.Target>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={14} />}
              disabled={detection.length >= mostRules}
            >
              {t('packages.detection.add')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {kinds.map((kind) => (
              <Menu.Item key={kind} onClick={() => set([...detection, first[kind]])}>
                {t(`packages.detection.${kind}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </div>
    </div>
  );
}

interface RuleProps {
  readonly rule: Detection;
  readonly field: string;
  readonly onChange: (rule: Detection) => void;
}

function RuleFields({ rule, field, onChange }: RuleProps) {
  if (rule.kind === 'package') return <PackageRule rule={rule} field={field} onChange={onChange} />;
  if (rule.kind === 'file') return <FileRule rule={rule} field={field} onChange={onChange} />;
  if (rule.kind === 'registry') return <RegistryRule rule={rule} field={field} onChange={onChange} />;
  return <ScriptRule rule={rule} onChange={onChange} />;
}

const anyVersion = 'any';
const operators = ['=', '!=', '<', '<=', '>', '>='] as const;

type Of<K extends Detection['kind']> = RuleProps & { readonly rule: Extract<Detection, { kind: K }> };

function PackageRule({ rule, field, onChange }: Of<'package'>) {
  const { t } = useTranslation();
  const problems = useDraftProblems();
  const { kind, source, name, operator, version } = rule;
  const setOperator = (next: string | null) =>
    onChange(
      next === null || next === anyVersion
        ? { kind, source, name }
        : { kind, source, name, operator: next as (typeof operators)[number], version: version ?? '' },
    );
  return (
    <>
      <Select
        label={t('packages.detection.source')}
        allowDeselect={false}
        data={['dpkg', 'rpm', 'msi']}
        value={source}
        onChange={(next) => onChange({ ...rule, source: next as typeof source })}
      />
      <TextInput
        label={t('packages.detection.name')}
        required
        maxLength={255}
        value={name}
        onChange={(event) => onChange({ ...rule, name: event.currentTarget.value })}
      />
      <Select
        label={t('packages.detection.version')}
        allowDeselect={false}
        data={[
          { value: anyVersion, label: t('packages.detection.anyVersion') },
          ...operators.map((value) => ({ value, label: t(`operators.${value}` as never) })),
        ]}
        value={operator ?? anyVersion}
        error={problems.at(field)}
        onChange={setOperator}
      />
      {operator === undefined ? null : (
        <TextInput
          label={t('packages.fields.version')}
          required
          maxLength={128}
          value={version ?? ''}
          onChange={(event) => onChange({ ...rule, version: event.currentTarget.value })}
        />
      )}
    </>
  );
}

function FileRule({ rule, field, onChange }: Of<'file'>) {
  const { t } = useTranslation();
  const problems = useDraftProblems();
  const { kind, path, sha256, minimumBytes } = rule;
  const next = (part: { path?: string; sha256?: string; minimumBytes?: number | undefined }) => {
    const merged = { path, sha256: sha256 ?? '', minimumBytes, ...part };
    onChange({
      kind,
      path: merged.path,
      ...(merged.sha256 ? { sha256: merged.sha256.toLowerCase() } : {}),
      ...(merged.minimumBytes === undefined ? {} : { minimumBytes: merged.minimumBytes }),
    });
  };
  return (
    <>
      <TextInput
        label={t('packages.detection.path')}
        required
        maxLength={4096}
        value={path}
        error={path === '' ? null : problems.at(`${field}.path`)}
        onChange={(event) => next({ path: event.currentTarget.value })}
      />
      <TextInput
        label={`${t('packages.detection.sha256')} (${t('common.optional')})`}
        maxLength={64}
        value={sha256 ?? ''}
        error={sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)}
        onChange={(event) => next({ sha256: event.currentTarget.value })}
      />
      <NumberInput
        label={`${t('packages.detection.minimumBytes')} (${t('common.optional')})`}
        min={0}
        value={minimumBytes ?? ''}
        onChange={(value) => next({ minimumBytes: value === '' ? undefined : Number(value) })}
      />
    </>
  );
}

function RegistryRule({ rule, field, onChange }: Of<'registry'>) {
  const problems = useDraftProblems();
  return (
    <RegistryFields
      rule={rule}
      error={problems.at(field)}
      onChange={(next) => onChange({ kind: 'registry', ...next })}
    />
  );
}

const interpreters = ['sh', 'bash', 'powershell'] as const;

function ScriptRule({ rule, onChange }: Omit<Of<'script'>, 'field'>) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t('packages.interpreter')}
        allowDeselect={false}
        data={[...interpreters]}
        value={rule.interpreter}
        onChange={(next) => onChange({ ...rule, interpreter: next as (typeof interpreters)[number] })}
      />
      <Textarea
        className="tk-form-wide"
        label={t('packages.script')}
        description={t('packages.detection.scriptHelp')}
        autosize
        minRows={3}
        maxLength={65_536}
        spellCheck={false}
        classNames={{ input: 'tk-mono' }}
        value={rule.text}
        onChange={(event) => onChange({ ...rule, text: event.currentTarget.value })}
      />
    </>
  );
}
