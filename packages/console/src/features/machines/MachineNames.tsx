import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import './MachineNames.css';

interface Props {
  readonly machines: readonly { id: string; name: string }[];
  /** Where these are only a sample. */
  readonly total?: number;
}

const mostShown = 12;

/** The machines that something is about: all of a few, the first of many. */
export function MachineNames({ machines, total = machines.length }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const rest = total - Math.min(machines.length, mostShown);
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
