import { Button } from '@mantine/core';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../i18n/use-formats.ts';
import { createSpeed } from './speed.ts';
import type { UploadProgress } from './upload-content.ts';
import '../../deployments/RunStep.css';

interface Props {
  readonly progress: UploadProgress;
  readonly onCancel: () => void;
}

/** How far an upload is: phase, bytes, rate and remaining time. */
export function UploadStatus({ progress, onCancel }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const speed = useRef<{ phase: string; of: ReturnType<typeof createSpeed> }>(undefined);
  if (speed.current?.phase !== progress.phase) speed.current = { phase: progress.phase, of: createSpeed() };
  const { bytesDone, bytesTotal } = progress;
  const rate = speed.current.of.at(bytesDone, performance.now());
  const rest = rate > 0 ? formats.duration(((bytesTotal - bytesDone) / rate) * 1000) : null;
  return (
    <div className="tk-stack" role="status">
      <div className="tk-row">
        <b>{t(`packages.upload.${progress.phase}`)}</b>
        <span>
          {formats.bytes(bytesDone)} / {formats.bytes(bytesTotal)}
        </span>
        {rate > 0 ? <span className="tk-muted">{formats.rate(rate)}</span> : null}
        {rest ? <span className="tk-muted">{t('runs.remaining', { time: rest })}</span> : null}
        <Button size="compact-sm" variant="default" ml="auto" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
      </div>
      <progress className="tk-progress" value={bytesTotal > 0 ? bytesDone / bytesTotal : 1} />
    </div>
  );
}
