import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import './what-if.css';

interface Place {
  readonly name: string;
  readonly machineCount: number;
  readonly bytes: number;
  /** That cross the line to it; absent: the panel is not about lines. */
  readonly lineBytes?: number;
}

interface Props {
  readonly title: string;
  /** What a place is: a subnet, a source. */
  readonly head: string;
  readonly places: readonly Place[];
  /** Says that there are more than are listed. */
  readonly more?: string | undefined;
}

/** Where bytes come from or go to, with the machines that they are for. */
export function BytesPanel({ title, head, places, more }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (places.length === 0) return null;
  const hasLines = places.some(({ lineBytes }) => lineBytes !== undefined);
  return (
    <section className="tk-panel">
      <h2>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it, too */}
      <section className="tk-what-if-scroll" aria-label={title} tabIndex={0}>
        <table className="tk-what-if-table">
          <thead>
            <tr>
              <th scope="col">{head}</th>
              <th scope="col" className="tk-number">
                {t('whatIf.machines')}
              </th>
              <th scope="col" className="tk-number">
                {t(hasLines ? 'whatIf.toMachines' : 'whatIf.perMachine')}
              </th>
              {hasLines ? (
                <th scope="col" className="tk-number">
                  {t('whatIf.overLine')}
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {places.map(({ name, machineCount, bytes, lineBytes }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="tk-number">{formats.number(machineCount)}</td>
                <td className="tk-number">{formats.bytes(bytes)}</td>
                {lineBytes === undefined ? null : <td className="tk-number">{formats.bytes(lineBytes)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {more ? <p className="tk-what-if-note tk-muted">{more}</p> : null}
    </section>
  );
}
