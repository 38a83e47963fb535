import type { Reason } from '@tenkai/domain/scenario/frozen-step.ts';
import { useTranslation } from 'react-i18next';
import { useSentences } from '../../i18n/problem-texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { StateLabel } from '../../ui/StateLabel.tsx';
import type { StateKind } from '../../ui/state-kinds.ts';
import './what-if.css';

/** Machines with one reason, under the outcome that it belongs to. */
export interface ReasonCount<Outcome extends string> {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly count: number;
}

interface Props<Outcome extends string> {
  readonly title: string;
  readonly reasons: readonly ReasonCount<Outcome>[];
  /** The outcomes in the order in which they are shown. */
  readonly kinds: Readonly<Record<Outcome, StateKind>>;
  readonly label: (outcome: Outcome) => string;
  readonly chosen: ReasonCount<Outcome> | undefined;
  /** Undefined: chosen again, and so no longer. */
  readonly onChoose: (reason: ReasonCount<Outcome> | undefined) => void;
}

/** Who does not, who later, and why: counts by reason, each of which opens its machines in the list. */
export function ReasonGroups<Outcome extends string>(props: Props<Outcome>) {
  const { t } = useTranslation();
  const { reasonText } = useSentences();
  const formats = useFormats();
  const outcomes = Object.keys(props.kinds) as Outcome[];
  const groups = outcomes
    .map((outcome) => ({ outcome, reasons: props.reasons.filter((one) => one.outcome === outcome) }))
    .filter(({ reasons }) => reasons.length > 0);
  return (
    <section className="tk-panel" aria-label={props.title}>
      <h2>{props.title}</h2>
      <p className="tk-what-if-note tk-muted">
        {t(groups.length === 0 ? 'whatIf.noReasons' : 'whatIf.whyText')}
      </p>
      {groups.map(({ outcome, reasons }) => (
        <div key={outcome} className="tk-what-if-group">
          <h3>
            <StateLabel kind={props.kinds[outcome]} text={props.label(outcome)} />
          </h3>
          <ul className="tk-list-plain">
            {reasons.map((one) => (
              <li key={keyOf(one)}>
                <button
                  type="button"
                  className="tk-what-if-reason"
                  aria-pressed={isSame(one, props.chosen)}
                  onClick={() => props.onChoose(isSame(one, props.chosen) ? undefined : one)}
                >
                  <b title={t('whatIf.reasonMachines', { count: one.count })}>{formats.number(one.count)}</b>
                  <span>{reasonText(one.reason)}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function keyOf({ outcome, reason }: ReasonCount<string>): string {
  return `${outcome} ${reason.code} ${JSON.stringify(reason.params)}`;
}

function isSame(one: ReasonCount<string>, other: ReasonCount<string> | undefined): boolean {
  return other !== undefined && keyOf(one) === keyOf(other);
}
