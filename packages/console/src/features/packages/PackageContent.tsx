import { Button } from '@mantine/core';
import { IconShieldSearch } from '@tabler/icons-react';
import type { ContentPlace, PackageDetail, PlaceVerification } from '@tenkai/protocol/api/packages.ts';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { useMay } from '../session/session.queries.ts';
import { PackageFiles } from './PackageFiles.tsx';
import { PlacePackage } from './PlacePackage.tsx';
import { useVerifyPackage } from './packages.queries.ts';

const placeKinds = {
  current: 'succeeded',
  publishing: 'running',
  stale: 'waiting',
  failed: 'failed',
  off: 'neutral',
} as const;

/** The files of a package, where they lie, and whether they are whole there (DIST-30, DIST-33). */
export function PackageContent({ detail }: { readonly detail: PackageDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const { files, places } = detail;
  if (detail.contentId === null) {
    return (
      <section className="tk-panel">
        <h2>{t('packages.content')}</h2>
        <p className="tk-panel-body tk-muted">{t('packages.noContentText')}</p>
      </section>
    );
  }
  return (
    <section className="tk-panel">
      <h2>{t('packages.content')}</h2>
      <div className="tk-panel-body tk-stack">
        <Places places={places} />
        {may('manage-packages') ? <PlacePackage detail={detail} /> : null}
        <Verify id={detail.id} />
        <PackageFiles id={detail.id} files={files} bytes={detail.contentBytes} />
        <p className="tk-muted" style={{ overflowWrap: 'anywhere', margin: 0 }}>
          {t('packages.contentId')} <span className="tk-mono">{detail.contentId}</span>
        </p>
      </div>
    </section>
  );
}

function Places({ places }: { readonly places: readonly ContentPlace[] }) {
  const { t } = useTranslation();
  const isNowhere = places.every(({ state }) => state === 'off');
  return (
    <ul className="tk-list-plain">
      {isNowhere ? (
        <li>
          <StateLabel kind="failed" text={t('packages.nowhere')} />
        </li>
      ) : null}
      {places.map((place) => (
        <li key={place.pointId} className="tk-row">
          <StateLabel kind={placeKinds[place.state]} text={t(`packages.places.${place.state}`)} />
          <span>{place.pointId === 'site' ? t('packages.places.site') : place.name}</span>
          {place.error ? (
            <span className="tk-muted" style={{ overflowWrap: 'anywhere' }}>
              {place.error}
            </span>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function Verify({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const verify = useVerifyPackage(id);
  if (!may('manage-packages')) return null;
  return (
    <div className="tk-stack">
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconShieldSearch size={15} />}
          loading={verify.isPending}
          onClick={() => verify.mutate()}
        >
          {t('packages.verify')}
        </Button>
      </div>
      {verify.error ? <ProblemView error={verify.error} /> : null}
      {verify.data ? (
        <ul className="tk-list-plain">
          {verify.data.places.map((place) => (
            <li key={place.place}>
              <VerifiedPlace place={place} />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function VerifiedPlace({ place }: { readonly place: PlaceVerification }) {
  const { t } = useTranslation();
  const bad = place.damaged.length + place.missing.length;
  const text =
    place.error ??
    t('packages.verified', {
      checked: place.checked,
      damaged: place.damaged.length,
      missing: place.missing.length,
      repaired: place.repaired.length,
    });
  const isWhole = place.error === null && bad === place.repaired.length;
  return (
    <>
      <StateLabel kind={isWhole ? 'succeeded' : 'failed'} text={place.place} /> <span>{text}</span>
    </>
  );
}
