import { Button, Checkbox, Modal } from '@mantine/core';
import { IconServer2 } from '@tabler/icons-react';
import type { DistributionPointRow } from '@tenkai/protocol/api/distribution-points.ts';
import type { PackageDetail } from '@tenkai/protocol/api/packages.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { usePoints } from '../points/points.queries.ts';
import { usePlacePackage } from './packages.queries.ts';
import { placeChoices } from './place-choices.ts';

interface Props {
  readonly detail: Pick<PackageDetail, 'id' | 'places'>;
}

/** Which distribution points hold the package, beside those that take every one (DIST-07, DIST-28). */
export function PlacePackage({ detail }: Props) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const points = usePoints().data?.items ?? [];
  const choices = placeChoices(points);
  if (choices.length === 0) return null;
  return (
    <div>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconServer2 size={15} />}
        onClick={() => setOpen(true)}
      >
        {t('packages.place.title')}
      </Button>
      {isOpen ? <PlaceDialog detail={detail} choices={choices} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}

interface DialogProps extends Props {
  readonly choices: readonly DistributionPointRow[];
  readonly onClose: () => void;
}

function PlaceDialog({ detail, choices, onClose }: DialogProps) {
  const { t } = useTranslation();
  const place = usePlacePackage(detail.id);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => {
    const held = new Set(detail.places.map(({ pointId }) => pointId));
    return new Set(choices.map(({ id }) => id).filter((id) => held.has(id)));
  });
  const isAll = choices.every(({ id }) => chosen.has(id));
  const toggle = (ids: readonly string[], isOn: boolean) => {
    const next = new Set(chosen);
    for (const id of ids)
      if (isOn) next.add(id);
      else next.delete(id);
    setChosen(next);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('packages.place.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className="tk-stack">
        <p className="tk-muted" style={{ margin: 0 }}>
          {t('packages.place.text')}
        </p>
        <Checkbox
          label={t('packages.place.all')}
          checked={isAll}
          indeterminate={!isAll && chosen.size > 0}
          onChange={(event) =>
            toggle(
              choices.map(({ id }) => id),
              event.currentTarget.checked,
            )
          }
        />
        {choices.map(({ id, name, isBuiltIn, isEnabled }) => (
          <Checkbox
            key={id}
            ml="md"
            label={isBuiltIn ? t('packages.places.site') : name}
            description={isEnabled ? undefined : t('packages.places.off')}
            checked={chosen.has(id)}
            onChange={(event) => toggle([id], event.currentTarget.checked)}
          />
        ))}
        {place.error ? <ProblemView error={place.error} /> : null}
        <div className="tk-row">
          <Button loading={place.isPending} onClick={() => place.mutate([...chosen], { onSuccess: onClose })}>
            {t('common.save')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
