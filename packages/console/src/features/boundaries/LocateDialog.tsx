import { Button, Modal, TextInput } from '@mantine/core';
import type { boundaryRoutes } from '@tenkai/protocol/api/boundaries.ts';
import type { ReplyOf } from '@tenkai/protocol/api/route.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../ui/ProblemView.tsx';
import { StateLabel } from '../../ui/StateLabel.tsx';
import { useLocate } from './boundaries.queries.ts';

/** What the locator would answer to a machine with these addresses (SITE-16). */
export function LocateDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const locate = useLocate();
  const [text, setText] = useState('');
  const addresses = text.split(/[\s,、]+/).filter((address) => address !== '');
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('boundaries.locate')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        className="tk-stack"
        onSubmit={(event) => {
          event.preventDefault();
          locate.mutate(addresses);
        }}
      >
        <TextInput
          data-autofocus
          label={t('boundaries.addresses')}
          description={t('boundaries.addressesText')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {locate.error ? <ProblemView error={locate.error} /> : null}
        {locate.data ? <Located found={locate.data.found} /> : null}
        <div className="tk-row">
          <Button type="submit" disabled={addresses.length === 0} loading={locate.isPending}>
            {t('boundaries.ask')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

type Found = ReplyOf<typeof boundaryRoutes.locate>['found'];

function Located({ found }: { readonly found: Found }) {
  const { t } = useTranslation();
  if (!found) return <StateLabel kind="failed" text={t('boundaries.notLocated')} />;
  const { siteCode, managementPoint, boundary } = found;
  const server = managementPoint ?? t('boundaries.thisServer');
  const text = t('boundaries.located', { siteCode, server, boundary: boundary ?? '' });
  return <StateLabel kind="succeeded" text={text} />;
}
