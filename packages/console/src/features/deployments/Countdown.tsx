import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { siteClock } from '../../api/site-clock.ts';
import { useFormats } from '../../i18n/use-formats.ts';

const tickMs = 1000;

/** Time until something can happen, each second, by the clock of the site. */
export function Countdown({ until }: { readonly until: number }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [now, setNow] = useState(() => siteClock.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(siteClock.now()), tickMs);
    return () => window.clearInterval(timer);
  }, []);
  const restMs = until - now;
  return (
    <time dateTime={new Date(until).toISOString()} title={formats.dateTime(until)}>
      {restMs > 0 ? t('runs.in', { time: formats.duration(restMs) }) : t('runs.soon')}
    </time>
  );
}
