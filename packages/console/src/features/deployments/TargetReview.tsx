import { Button } from '@mantine/core';
import { IconEyeCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmAct } from '../../ui/ConfirmAct.tsx';
import { collectionName } from '../collections/collection-name.ts';
import { useMay } from '../session/session.queries.ts';
import { useNoteReviewed } from './deployments.queries.ts';

/** The package was upgraded while the deployment stayed in use: is its target still the right one (DIST-19)? */
export function TargetReview({ deployment }: { readonly deployment: DeploymentRow }) {
  const { t } = useTranslation();
  const may = useMay();
  const [isOpen, setOpen] = useState(false);
  const { reviews } = deployment;
  const { collectionId } = deployment.draft;
  if (reviews.length === 0) return null;
  const collection = collectionName(t, { id: collectionId, name: deployment.collectionName });
  return (
    <div className="tk-callout" role="status">
      <IconEyeCheck size={20} stroke={1.6} aria-hidden="true" />
      <span>
        {reviews.map((review) => (
          <div key={review.packageId}>{t('deployments.review.upgraded', { ...review })}</div>
        ))}
        {t('deployments.review.text')}{' '}
        <Link to="/collections/$collectionId" params={{ collectionId }}>
          {collection}
        </Link>
      </span>
      {may('operate') ? (
        <Button size="xs" variant="default" onClick={() => setOpen(true)}>
          {t('deployments.review.act')}
        </Button>
      ) : null}
      {isOpen ? (
        <NoteReviewed id={deployment.id} collection={collection} onClose={() => setOpen(false)} />
      ) : null}
    </div>
  );
}

interface NoteProps {
  readonly id: string;
  readonly collection: string;
  readonly onClose: () => void;
}

function NoteReviewed({ id, collection, onClose }: NoteProps) {
  const { t } = useTranslation();
  const note = useNoteReviewed();
  return (
    <ConfirmAct
      title={t('deployments.review.act')}
      act={t('deployments.review.act')}
      onAct={() => note.mutateAsync(id)}
      onClose={onClose}
    >
      <p>{t('deployments.review.actText', { collection })}</p>
    </ConfirmAct>
  );
}
