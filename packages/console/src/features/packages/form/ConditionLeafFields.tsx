import { Select, TextInput } from '@mantine/core';
import type { ConditionLeaf } from '@tenkai/domain/software/condition.ts';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly leaf: ConditionLeaf;
  readonly onChange: (leaf: ConditionLeaf) => void;
}

const operators = ['=', '!=', '<', '<=', '>', '>='] as const;
const registryTypes = ['REG_SZ', 'REG_EXPAND_SZ', 'REG_MULTI_SZ', 'REG_DWORD', 'REG_QWORD', 'REG_BINARY'];

/** The fields of one question to a machine. */
export function ConditionLeafFields({ leaf, onChange }: Props) {
  const { t } = useTranslation();
  const kind = <b className="tk-form-wide">{t(`packages.condition.kinds.${leaf.kind}`)}</b>;
  switch (leaf.kind) {
    case 'registry':
      return (
        <>
          {kind}
          <RegistryFields leaf={leaf} onChange={onChange} />
        </>
      );
    case 'file-exists':
      return (
        <>
          {kind}
          <Field
            label={t('packages.detection.path')}
            value={leaf.path}
            onChange={(path) => onChange({ ...leaf, path })}
          />
        </>
      );
    case 'os-release':
      return (
        <>
          {kind}
          <Field
            label={t('packages.condition.osReleaseKey')}
            value={leaf.key}
            onChange={(key) => onChange({ ...leaf, key: key.toUpperCase() })}
          />
          <Operator value={leaf.operator} onChange={(operator) => onChange({ ...leaf, operator })} />
          <Field
            label={t('collections.value')}
            value={leaf.value}
            onChange={(value) => onChange({ ...leaf, value })}
          />
        </>
      );
    default:
      return (
        <>
          {kind}
          <Select
            label={t('packages.detection.source')}
            allowDeselect={false}
            data={['dpkg', 'rpm']}
            value={leaf.source}
            onChange={(source) => onChange({ ...leaf, source: source as 'dpkg' | 'rpm' })}
          />
          <Field
            label={t('packages.detection.name')}
            value={leaf.name}
            onChange={(name) => onChange({ ...leaf, name })}
          />
          {leaf.kind === 'package-version' ? (
            <>
              <Operator value={leaf.operator} onChange={(operator) => onChange({ ...leaf, operator })} />
              <Field
                label={t('packages.fields.version')}
                value={leaf.version}
                onChange={(version) => onChange({ ...leaf, version })}
              />
            </>
          ) : null}
        </>
      );
  }
}

type Registry = Extract<ConditionLeaf, { kind: 'registry' }>;

/** キー名, 名前, データ, Type and 存在する (BPKG-48, BPKG-50). */
function RegistryFields({ leaf, onChange }: { leaf: Registry; onChange: (leaf: ConditionLeaf) => void }) {
  const { t } = useTranslation();
  const set = (part: Partial<Record<'name' | 'data' | 'type', string>>) => {
    const merged = { name: leaf.name ?? '', data: leaf.data ?? '', type: leaf.type ?? '', ...part };
    const given = Object.entries(merged).filter(([, value]) => value !== '');
    onChange({ kind: 'registry', key: leaf.key, ...Object.fromEntries(given) });
  };
  const optional = ` (${t('common.optional')})`;
  return (
    <>
      <div className="tk-form-wide">
        <Field
          label={t('packages.condition.registryKey')}
          value={leaf.key}
          onChange={(key) => onChange({ ...leaf, key })}
        />
      </div>
      <Field
        label={t('packages.condition.registryName') + optional}
        value={leaf.name ?? ''}
        onChange={(name) => set({ name })}
        isOptional
      />
      <Field
        label={t('packages.condition.registryData') + optional}
        value={leaf.data ?? ''}
        onChange={(data) => set({ data })}
        isOptional
      />
      <Select
        label={t('packages.condition.registryType') + optional}
        clearable
        data={registryTypes}
        value={leaf.type ?? null}
        onChange={(type) => set({ type: type ?? '' })}
      />
      <TextInput label={t('packages.condition.condition')} readOnly value={t('packages.condition.exists')} />
    </>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isOptional?: boolean;
}

function Field({ label, value, onChange, isOptional = false }: FieldProps) {
  return (
    <TextInput
      label={label}
      required={!isOptional}
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

type OperatorName = (typeof operators)[number];

function Operator({ value, onChange }: { value: OperatorName; onChange: (value: OperatorName) => void }) {
  const { t } = useTranslation();
  return (
    <Select
      label={t('collections.operator')}
      allowDeselect={false}
      data={operators.map((each) => ({ value: each, label: t(`operators.${each}` as never) }))}
      value={value}
      onChange={(next) => onChange(next as OperatorName)}
    />
  );
}
