import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import './MachineNames.css';

const mostShown = 12;

/** The machines that an act is about: all of a few, the first of many. */
export function MachineNames({ machines }: { readonly machines: readonly { id: string; name: string }[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const rest = machines.length - mostShown;
  return (
    <p className="tk-names">
      {machines.slice(0, mostShown).map(({ id, name }) => (
        <span key={id}>{name}</span>
      ))}
      {rest > 0 ? (
        <span className="tk-names-rest">{t('machines.andMore', { rest: formats.number(rest) })}</span>
      ) : null}
    </p>
  );
}
