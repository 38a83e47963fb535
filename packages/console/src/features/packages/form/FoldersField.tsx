import { ActionIcon, Button } from '@mantine/core';
import { IconFile, IconFolder, IconFolderPlus, IconTrash } from '@tabler/icons-react';
import { type DragEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../../i18n/problem-texts.ts';
import { useFormats } from '../../../i18n/use-formats.ts';
import {
  foldersOf,
  fromDrop,
  fromInput,
  type PickedFile,
  withoutFolder,
  withPicked,
} from '../upload/picked-files.ts';
import './FoldersField.css';
import { useDraftProblems } from './draft-problems.ts';

export interface FolderProps {
  readonly picked: readonly PickedFile[];
  readonly onPick: (files: PickedFile[]) => void;
  /** Paths of the content as it will be: of what was chosen, else of what the package has. */
  readonly paths: readonly string[];
  /** What an existing package has; replaced as soon as something is chosen. */
  readonly kept?:
    | { readonly files: number; readonly sizeBytes: number; readonly folders: readonly string[] }
    | undefined;
  readonly onDropKept: () => void;
}

/** Folders of the package, by button or by dropping them here, and the list 追加されたフォルダ (BPKG-21, BPKG-22). */
export function FoldersField({ picked, onPick, kept, onDropKept }: FolderProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { problemSentenceText } = useSentences();
  const { warnings } = useDraftProblems();
  const folderInput = useRef<HTMLInputElement>(null);
  const fileInput = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const add = (files: PickedFile[]) => onPick(withPicked(picked, files));
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(await fromDrop(event.dataTransfer.items));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one of two ways; the buttons are the other
    <div
      className={isOver ? 'tk-drop tk-drop-over' : 'tk-drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      <div className="tk-row">
        <Button
          variant="default"
          leftSection={<IconFolderPlus size={16} />}
          onClick={() => folderInput.current?.click()}
        >
          {t('packages.addFolder')}
        </Button>
        <Button
          variant="default"
          leftSection={<IconFile size={16} />}
          onClick={() => fileInput.current?.click()}
        >
          {t('packages.addFiles')}
        </Button>
        <span className="tk-muted">{t('packages.orDrop')}</span>
        <input
          ref={folderInput}
          type="file"
          hidden
          aria-label={t('packages.addFolder')}
          {...{ webkitdirectory: '' }}
          onChange={(event) => {
            add(fromInput(event.currentTarget.files ?? []));
            event.currentTarget.value = '';
          }}
        />
        <input
          ref={fileInput}
          type="file"
          hidden
          multiple
          aria-label={t('packages.addFiles')}
          onChange={(event) => {
            add(fromInput(event.currentTarget.files ?? []));
            event.currentTarget.value = '';
          }}
        />
      </div>
      <p className="tk-drop-title">{t('packages.addedFolders')}</p>
      <ul className="tk-list-plain tk-folders">
        {foldersOf(picked).map(({ name, files, sizeBytes }) => (
          <li key={name}>
            {files[0]?.path === name ? <IconFile size={16} /> : <IconFolder size={16} />}
            <span>{name}</span>
            <span className="tk-muted">
              {t('packages.fileCount', { count: files.length })}, {formats.bytes(sizeBytes)}
            </span>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('packages.removeFolder', { name })}
              onClick={() => onPick(withoutFolder(picked, name))}
            >
              <IconTrash size={15} />
            </ActionIcon>
          </li>
        ))}
        {picked.length === 0 && kept
          ? kept.folders.map((name) => (
              <li key={name}>
                <IconFolder size={16} />
                <span>{name}</span>
                <span className="tk-muted">{t('packages.keptContent')}</span>
              </li>
            ))
          : null}
        {picked.length === 0 && !kept ? <li className="tk-muted">{t('packages.noFolders')}</li> : null}
      </ul>
      {kept && picked.length === 0 ? (
        <div className="tk-row">
          <span className="tk-muted">
            {t('packages.keptText', { count: kept.files })} {formats.bytes(kept.sizeBytes)}
          </span>
          <Button size="compact-sm" variant="default" onClick={onDropKept}>
            {t('packages.dropContent')}
          </Button>
        </div>
      ) : null}
      {kept && picked.length > 0 ? <p className="tk-muted">{t('packages.replacesContent')}</p> : null}
      {warnings
        .filter(({ field }) => field === 'files')
        .map((warning) => (
          <p key={warning.code} className="tk-urgency-caution">
            {problemSentenceText(warning)}
          </p>
        ))}
    </div>
  );
}
