import { notifications } from '@mantine/notifications';
import type { PackageDraft } from '@tenkai/domain/software/software-package.ts';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../../i18n/problem-texts.ts';
import { useCreatePackage, useUpdatePackage } from '../packages.queries.ts';
import type { PickedFile } from '../upload/picked-files.ts';
import { type UploadProgress, uploadContent } from '../upload/upload-content.ts';

interface Order {
  readonly draft: PackageDraft;
  readonly picked: readonly PickedFile[];
  readonly keptContentId: string | null;
}

/** Uploads what was chosen, then saves; after a failure what was uploaded is not sent again. */
export function useSavePackage(
  id: string,
  revision: number | undefined,
  onSaved: (packageId: string) => void,
) {
  const { t } = useTranslation();
  const { problemSentenceText } = useSentences();
  const create = useCreatePackage();
  const update = useUpdatePackage(id);
  const [progress, setProgress] = useState<UploadProgress>();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const running = useRef<AbortController>(undefined);
  const start = async ({ draft, picked, keptContentId }: Order) => {
    const controller = new AbortController();
    running.current = controller;
    setError(undefined);
    setBusy(true);
    try {
      const contentId =
        picked.length > 0
          ? (await uploadContent(picked, { signal: controller.signal, onProgress: setProgress })).contentId
          : keptContentId;
      const { warnings } =
        revision === undefined
          ? await create.mutateAsync({ draft, contentId })
          : await update.mutateAsync({ draft, contentId, revision });
      const sentences = warnings.map(problemSentenceText);
      notifications.show({
        title: t('packages.saved', { id: draft.id }),
        message: sentences.join('\n'),
        style: { whiteSpace: 'pre-line' },
      });
      onSaved(draft.id);
    } catch (caught) {
      if (!controller.signal.aborted) setError(caught);
    } finally {
      setBusy(false);
      setProgress(undefined);
    }
  };
  return { start, progress, isBusy, error, cancel: () => running.current?.abort() };
}
