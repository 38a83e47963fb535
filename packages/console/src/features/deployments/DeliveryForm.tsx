import { NumberInput, SegmentedControl, TextInput } from '@mantine/core';
import type { DeliverySettings } from '@tenkai/domain/deployment/delivery.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';

interface Props {
  readonly value: DeliverySettings;
  readonly onChange: (value: DeliverySettings) => void;
}

const methods = ['auto', 'unicast', 'multicast'] as const;
const mostTargets = 100_000;
const longestWaitMinutes = 10_080;
const ignored = { code: 'ignored-with-unicast', params: {} };

/** How content reaches machines, and whether they wait for each other; what unicast ignores is grey and says why (BSCN-12). */
export function DeliveryForm({ value, onChange }: Props) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  const isIgnored = value.method === 'unicast';
  const change = (part: Partial<DeliverySettings>) => onChange({ ...value, ...part });
  const about = (text: string) => (isIgnored ? reasonText(ignored) : text);
  return (
    <div className="tk-stack">
      <SegmentedControl
        aria-label={t('deployments.delivery.method')}
        value={value.method}
        data={methods.map((method) => ({ value: method, label: t(`deployments.delivery.${method}`) }))}
        onChange={(method) => change({ method: method as DeliverySettings['method'] })}
      />
      <p className="tk-muted" style={{ margin: 0 }}>
        {t(`deployments.delivery.${value.method}Text`)}
      </p>
      <div className="tk-row" style={{ alignItems: 'flex-start' }}>
        <NumberInput
          flex={1}
          label={t('deployments.delivery.maxTargets')}
          description={about(t('deployments.delivery.maxTargetsText'))}
          disabled={isIgnored}
          min={1}
          max={mostTargets}
          value={value.maxTargets ?? ''}
          onChange={(number) => change({ maxTargets: number === '' ? null : Number(number) })}
        />
        <NumberInput
          flex={1}
          label={t('deployments.delivery.maxWait')}
          description={about(t('deployments.delivery.maxWaitText'))}
          disabled={isIgnored}
          min={1}
          max={longestWaitMinutes}
          value={value.maxWaitMinutes ?? ''}
          onChange={(number) => change({ maxWaitMinutes: number === '' ? null : Number(number) })}
        />
      </div>
      <TextInput
        label={t('deployments.delivery.address')}
        description={about(t('deployments.delivery.addressText'))}
        disabled={isIgnored}
        placeholder="239.255.1.1"
        maxLength={45}
        value={value.address ?? ''}
        onChange={(event) => change({ address: event.currentTarget.value.trim() || null })}
      />
    </div>
  );
}
