import type { Offer, Offers, RestartState } from './door-words.ts';
import type { Texts } from './texts.ts';

/**
 * What runs in the browser. Its source is sent as it is: it uses nothing from outside of itself but types, and the
 * texts in the page. Everything from the agent becomes text, never markup.
 */
export function runPage(): void {
  const t = JSON.parse(document.getElementById('texts')?.textContent ?? '{}') as Texts;
  const locale = document.documentElement.lang;
  const key = 'tenkai-self-service';
  const part = (id: string) => document.getElementById(id) as HTMLElement;
  const fill = (text: string, params: Record<string, unknown>) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
  const time = (at: number) =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
  const say = (text: string) => {
    part('said').textContent = text;
  };

  const call = async (path: string, body?: object) => {
    const answer = await fetch(path, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${sessionStorage.getItem(key) ?? ''}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const reply = await answer.json();
    if (answer.ok) return reply;
    const own = t.problems[reply.code] ?? [reply.message, reply.remedy];
    throw new Error(own.map((text) => fill(text, reply.params ?? {})).join(' '));
  };

  /** The token of the address is good once; what it is exchanged for lives as long as this tab. */
  const enter = async () => {
    const once = location.hash.slice(1);
    if (once === '') return;
    history.replaceState(null, '', location.pathname);
    const { session } = await call('/session', { token: once });
    sessionStorage.setItem(key, session);
  };

  const element = (name: string, text = '', className = '') => {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  const stateText = ({ state, progress, reason, waitsUntil }: Offer) => {
    const percent = progress && progress.bytesTotal > 0 ? progress.bytesDone / progress.bytesTotal : null;
    return [
      t.states[state] + (state === 'installing' && percent !== null ? ` ${Math.floor(percent * 100)} %` : ''),
      ...(state === 'waiting' && waitsUntil ? [fill(t.until, { time: time(waitsUntil) })] : []),
      ...(reason && t.reasons[reason.code] ? [t.reasons[reason.code]] : []),
    ].join(' – ');
  };

  let shown = '';
  const drawOffers = (offers: Offers) => {
    const text = JSON.stringify({ ...offers, asOf: null });
    if (text === shown) return;
    shown = text;
    const focused = document.activeElement?.id;
    part('stale').textContent = offers.isFresh
      ? ''
      : offers.asOf === null
        ? t.never
        : fill(t.stale, { time: time(offers.asOf) });
    part('site').textContent = fill(offers.site ? t.site : t.noSite, { ...offers.site });
    part('empty').hidden = offers.items.length > 0;
    part('offers').replaceChildren(...offers.items.map(drawOffer));
    part('components').replaceChildren(...offers.components.map(drawComponent));
    if (focused) document.getElementById(focused)?.focus();
  };

  const drawComponent = ({ name, version, state, reason }: Offers['components'][number]) => {
    const item = element('li');
    const why = reason === undefined ? [] : [t.componentReasons[reason] ?? reason];
    item.append(
      element('h3', `${t.componentNames[name] ?? name} ${version}`),
      element('span', [t.componentStates[state], ...why].join(' – '), 'state'),
    );
    return item;
  };

  const drawOffer = (offer: Offer) => {
    const item = element('li');
    const about = element('div');
    const name = element('h3', offer.name);
    name.id = `name-${offer.id}`;
    about.append(
      name,
      element('p', offer.description),
      element('p', `${t.state}: ${stateText(offer)}`, 'state'),
    );
    item.append(about);
    if (offer.state !== 'available' && offer.state !== 'failed') return item;
    const button = element('button', offer.state === 'failed' ? t.again : t.install) as HTMLButtonElement;
    button.id = `install-${offer.id}`;
    button.setAttribute('aria-describedby', name.id);
    button.onclick = () =>
      act(button, async () => {
        await call('/install', { id: offer.id });
        return fill(t.asked, { name: offer.name });
      });
    item.append(button);
    return item;
  };

  const drawRestart = ({ restart }: RestartState) => {
    part('none').hidden = restart !== null;
    part('announced').hidden = restart === null;
    if (!restart) return;
    const { restartAt, latestAt, timesLeft, mayBePostponed, postponedBy, deploymentName } = restart;
    const room = Math.floor((latestAt - Date.now()) / 60_000);
    const isOpen = mayBePostponed && timesLeft > 0 && latestAt > restartAt && room > 0;
    part('when').textContent = fill(t.restartAt, { time: time(restartAt) });
    part('what').textContent = fill(t.restartFor, { name: deploymentName });
    part('who').textContent = postponedBy === null ? '' : fill(t.postponedBy, { user: postponedBy });
    part('limit').textContent = isOpen
      ? fill(t.latest, { times: timesLeft, time: time(latestAt) })
      : t.notPostponable;
    part('postponing').hidden = !isOpen;
    const choice = part('minutes') as HTMLSelectElement;
    const after = (restartAt - Date.now()) / 60_000;
    const fitting = [30, 60, 120, 240, 480, 1440].filter((minutes) => minutes > after && minutes <= room);
    const wanted = fitting.length > 0 ? fitting : [room];
    if (choice.dataset.shown === wanted.join()) return;
    choice.dataset.shown = wanted.join();
    const label = (minutes: number) =>
      minutes % 60 === 0 ? fill(t.hours, { count: minutes / 60 }) : fill(t.minutes, { count: minutes });
    choice.replaceChildren(...wanted.map((minutes) => new Option(label(minutes), String(minutes))));
  };

  const act = async (button: HTMLButtonElement, does: () => Promise<string>) => {
    button.disabled = true;
    try {
      say(await does());
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    } finally {
      button.disabled = false;
      await look();
    }
  };

  const look = async () => {
    try {
      drawOffers(await call('/available'));
      drawRestart(await call('/restart'));
      part('lost').textContent = '';
    } catch {
      part('lost').textContent = t.lost;
    }
  };

  const postpone = part('postpone') as HTMLButtonElement;
  postpone.onclick = () =>
    act(postpone, async () => {
      const minutes = Number((part('minutes') as HTMLSelectElement).value);
      const { restart } = (await call('/restart/postpone', { minutes })) as RestartState;
      return fill(t.postponed, { time: time(restart?.restartAt ?? Date.now()) });
    });
  const now = part('now') as HTMLButtonElement;
  now.onclick = () => {
    if (!confirm(t.nowSure)) return;
    void act(now, async () => {
      await call('/restart/now', {});
      return t.restarting;
    });
  };

  const watch = async () => {
    await look();
    setTimeout(watch, 3000);
  };
  void enter()
    .catch(() => {})
    .then(watch);
}
