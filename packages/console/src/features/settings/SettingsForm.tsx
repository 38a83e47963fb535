import { Button, NumberInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { SiteSettings } from '@tenkai/protocol/api/site.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { useMay } from '../session/session.queries.ts';
import { useChangeSettings } from './settings.queries.ts';

/** Those that are a number always; the others are for the CLI so far. */
type NumberSetting = {
  [Name in keyof SiteSettings]: SiteSettings[Name] extends number ? Name : never;
}[keyof SiteSettings];

interface Field {
  readonly name: NumberSetting;
  /** What one unit of the field is in the setting. */
  readonly unit: number;
  readonly min: number;
  readonly max: number;
  /** A port is a name more than an amount: its digits are not grouped. */
  readonly isPort?: true;
}

const secondMs = 1000;
const minuteMs = 60_000;

/** Each within the limits of the site, in the unit that people think in. */
const fields: readonly Field[] = [
  { name: 'concurrency', unit: 1, min: 1, max: 100_000 },
  { name: 'heartbeatMs', unit: secondMs, min: 10, max: 86_400 },
  { name: 'heartbeatJitterMs', unit: secondMs, min: 0, max: 86_400 },
  { name: 'silentAfterMs', unit: minuteMs, min: 1, max: 129_600 },
  { name: 'holdCommandsMs', unit: minuteMs, min: 1, max: 1440 },
  { name: 'nextStartLimit', unit: 1, min: 1, max: 1000 },
  { name: 'wakePort', unit: 1, min: 1, max: 65_535, isPort: true },
  { name: 'multicastFirstPort', unit: 1, min: 1024, max: 63_000, isPort: true },
  { name: 'multicastSessions', unit: 1, min: 1, max: 1000 },
  { name: 'multicastTtl', unit: 1, min: 1, max: 32 },
];

/** Settings of the site; only what was changed is sent. */
export function SettingsForm({ values }: { readonly values: SiteSettings }) {
  const { t } = useTranslation();
  const may = useMay();
  const change = useChangeSettings();
  const [edited, setEdited] = useState<Partial<Record<NumberSetting, number>>>({});
  const isFixed = !may('manage-site');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(edited, {
      onSuccess: () => {
        setEdited({});
        notifications.show({ message: t('common.saved') });
      },
    });
  };
  return (
    <form className="tk-panel-body tk-stack" onSubmit={submit}>
      {change.error ? <ProblemView error={change.error} /> : null}
      {fields.map(({ name, unit, min, max, isPort }) => (
        <NumberInput
          key={name}
          label={t(`settings.fields.${name}`)}
          description={t(`settings.help.${name}`)}
          min={min}
          max={max}
          thousandSeparator={isPort ? '' : ','}
          readOnly={isFixed}
          value={(edited[name] ?? values[name]) / unit}
          onChange={(value) => {
            if (value !== '') setEdited((before) => ({ ...before, [name]: Number(value) * unit }));
          }}
        />
      ))}
      {isFixed ? null : (
        <div className="tk-row">
          <Button type="submit" disabled={Object.keys(edited).length === 0} loading={change.isPending}>
            {t('common.save')}
          </Button>
          {Object.keys(edited).length > 0 ? (
            <Button variant="default" onClick={() => setEdited({})}>
              {t('common.discard')}
            </Button>
          ) : null}
        </div>
      )}
    </form>
  );
}
