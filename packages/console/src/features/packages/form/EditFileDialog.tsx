import { Button, Modal, Switch, Textarea } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../../api/client.ts';
import { ProblemView } from '../../../ui/ProblemView.tsx';
import type { PickedFile } from '../upload/picked-files.ts';
import { asShiftJis, canWrite, readText, writtenFile } from '../upload/text-file.ts';

interface Props {
  readonly picked: PickedFile;
  readonly onSave: (file: File) => void;
  readonly onClose: () => void;
}

/** One text file of a package that is being made; `netfw.inf` is opened for the agent by the site's own rule (BPKG-40). */
export function EditFileDialog({ picked: { path, file }, onSave, onClose }: Props) {
  const { t } = useTranslation();
  const read = useQuery({
    queryKey: ['picked-file', path, file.lastModified, file.size],
    queryFn: () => readText(file),
    gcTime: 0,
  });
  const [edited, setEdited] = useState<string>();
  const [isShiftJis, setShiftJis] = useState(false);
  const text = edited ?? read.data?.text ?? '';
  const isWritable = !read.data || canWrite({ ...read.data, text });
  const shiftJis = read.data && asShiftJis({ ...read.data, text });
  const shown = isShiftJis ? shiftJis : undefined;
  const isNetfw = /(^|\/)netfw\.inf$/i.test(path);
  const openFirewall = useMutation({
    mutationFn: () => call(packageRoutes.netfw, { body: { text } }),
    onSuccess: (reply) => setEdited(reply.text.replaceAll('\r\n', '\n')),
  });
  const save = () => {
    if (read.data) onSave(writtenFile(file.name, { ...read.data, text }));
    onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('packages.editFile', { name: path })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className="tk-stack">
        {read.error ? <ProblemView error={read.error} /> : null}
        {openFirewall.error ? <ProblemView error={openFirewall.error} /> : null}
        {shiftJis === undefined ? null : (
          <Switch
            label={t('packages.showShiftJis')}
            checked={isShiftJis}
            onChange={(event) => setShiftJis(event.currentTarget.checked)}
          />
        )}
        <Textarea
          aria-label={path}
          autosize
          minRows={12}
          maxRows={24}
          spellCheck={false}
          disabled={!read.data}
          readOnly={shown !== undefined}
          error={isWritable ? undefined : t('packages.editNotUtf8')}
          classNames={{ input: 'tk-mono' }}
          value={shown ?? text}
          onChange={(event) => setEdited(event.currentTarget.value)}
        />
        <div className="tk-row">
          <Button disabled={edited === undefined || !isWritable} onClick={save}>
            {t('packages.keepEdit')}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          {isNetfw ? (
            <Button
              variant="default"
              leftSection={<IconShieldCheck size={16} />}
              disabled={text === ''}
              loading={openFirewall.isPending}
              onClick={() => openFirewall.mutate()}
            >
              {t('packages.openFirewall')}
            </Button>
          ) : null}
        </div>
      </div>
    </Modal>
  );
}
