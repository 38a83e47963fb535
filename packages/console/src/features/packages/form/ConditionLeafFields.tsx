import { Select, TextInput } from '@mantine/core';
import type { ConditionLeaf } from '@tenkai/domain/software/condition.ts';
import { useTranslation } from 'react-i18next';
import { RegistryFields } from './RegistryFields.tsx';

interface Props {
  readonly leaf: ConditionLeaf;
  readonly onChange: (leaf: ConditionLeaf) => void;
}

const operators = ['=', '!=', '<', '<=', '>', '>='] as const;

/** The fields of one question to a machine. */
export function ConditionLeafFields({ leaf, onChange }: Props) {
  const { t } = useTranslation();
  const kind = <b className="tk-form-wide">{t(`packages.condition.kinds.${leaf.kind}`)}</b>;
  switch (leaf.kind) {
    case 'registry':
      return (
        <>
          {kind}
          <RegistryFields rule={leaf} onChange={(rule) => onChange({ kind: 'registry', ...rule })} />
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

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Field({ label, value, onChange }: FieldProps) {
  return (
    <TextInput
      label={label}
      required
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
