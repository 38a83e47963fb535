import { Kbd, Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import './KeyHelp.css';
import { places } from './places.ts';

interface Props {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** What the keyboard can do. */
export function KeyHelp({ isOpen, onClose }: Props) {
  const { t } = useTranslation();
  const general = [
    [['Ctrl', 'K'], t('keys.palette')],
    [['/'], t('keys.search')],
    [['?'], t('keys.help')],
    [['↑', '↓'], t('keys.rows')],
    [['Home', 'End'], t('keys.ends')],
    [['Enter'], t('keys.open')],
    [[t('keys.spaceBar')], t('keys.select')],
    [['Shift', t('keys.spaceBar')], t('keys.range')],
    [['Alt', '↑', '↓'], t('keys.reorder')],
    [['Esc'], t('keys.close')],
  ] as const;
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('keys.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className="tk-columns">
        <dl className="tk-keys">
          {general.map(([keys, text]) => (
            <KeyRow key={text} keys={keys} text={text} />
          ))}
        </dl>
        <dl className="tk-keys">
          {places.map((place) => (
            <KeyRow key={place.key} keys={['g', place.letter]} text={t(`nav.${place.key}`)} />
          ))}
        </dl>
      </div>
    </Modal>
  );
}

function KeyRow({ keys, text }: { readonly keys: readonly string[]; readonly text: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </dt>
      <dd>{text}</dd>
    </div>
  );
}
