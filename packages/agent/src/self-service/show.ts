import type { Offer, Offers, RestartState } from './door-words.ts';
import { fill, type Language, texts } from './texts.ts';

/** For the terminal. */
export function offersText({ items, asOf, isFresh }: Offers, language: Language): string {
  const t = texts[language];
  const lines = items.flatMap((offer) => offerLines(offer, language));
  const stale = asOf === null ? t.never : fill(t.stale, { time: timeText(asOf, language) });
  return [...(lines.length > 0 ? lines : [t.nothing]), ...(isFresh ? [] : ['', stale])].join('\n');
}

function offerLines(offer: Offer, language: Language): string[] {
  const facts = [stateText(offer, language), offer.description].filter((text) => text !== '');
  return [offer.name, ...facts.map((text) => `  ${text}`)];
}

/** `in progress, 40 %` */
export function stateText({ state, progress, reason, waitsUntil }: Offer, language: Language): string {
  const t = texts[language];
  const percent =
    state === 'installing' && progress && progress.bytesTotal > 0
      ? [`${Math.floor((100 * progress.bytesDone) / progress.bytesTotal)} %`]
      : [];
  const until =
    state === 'waiting' && waitsUntil !== null
      ? [fill(t.until, { time: timeText(waitsUntil, language) })]
      : [];
  const why = (reason && t.reasons[reason.code]) || null;
  return [[t.states[state], ...percent, ...until].join(', '), ...(why ? [why] : [])].join('. ');
}

export function restartText({ restart }: RestartState, language: Language): string {
  const t = texts[language];
  if (!restart) return t.noRestart;
  const { restartAt, latestAt, deploymentName, timesLeft, mayBePostponed, postponedBy } = restart;
  const isLate = !mayBePostponed || timesLeft === 0 || restartAt >= latestAt;
  return [
    fill(t.restartAt, { time: timeText(restartAt, language) }),
    fill(t.restartFor, { name: deploymentName }),
    ...(postponedBy === null ? [] : [fill(t.postponedBy, { user: postponedBy })]),
    isLate ? t.notPostponable : fill(t.latest, { times: timesLeft, time: timeText(latestAt, language) }),
  ].join('\n');
}

/** In the machine's own time. */
export function timeText(at: number, language: Language): string {
  return new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(at);
}
