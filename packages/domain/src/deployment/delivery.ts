import type { Static } from 'typebox';
import * as Type from 'typebox';
import { defineReasons } from '../reason.ts';
import { Reason } from '../scenario/frozen-step.ts';
import { DeliveryMethod } from './delivery-method.ts';

/** How one machine really gets its content. */
export const ChosenMethod = Type.Union([Type.Literal('unicast'), Type.Literal('multicast')]);
export type ChosenMethod = Static<typeof ChosenMethod>;

/** Delivery conditions (配信条件設定). Source: BSCN-08..12, BSCN-27. */
export const DeliverySettings = Type.Object({
  method: DeliveryMethod,
  /** So many machines make a group, which then starts together (最大ターゲット数); null: any number. */
  maxTargets: Type.Union([Type.Integer({ minimum: 1, maximum: 100_000 }), Type.Null()]),
  /** A group starts so long after its first machine became ready (最大待ち時間); null: there is no such limit. */
  maxWaitMinutes: Type.Union([Type.Integer({ minimum: 1, maximum: 10_080 }), Type.Null()]),
  /** IPv4 multicast address; null: the site takes one. */
  address: Type.Union([Type.String({ minLength: 1, maxLength: 45 }), Type.Null()]),
});
export type DeliverySettings = Static<typeof DeliverySettings>;

/** What a deployment has where nobody decided: of an older client, or from before there were groups. */
export const defaultDelivery: DeliverySettings = {
  method: 'auto',
  maxTargets: null,
  maxWaitMinutes: null,
  address: null,
};

/** What a deployment has where nobody decided, of a scenario that says how its content travels. */
export function defaultDeliveryOf(options: { readonly deliveryMethod?: DeliveryMethod }): DeliverySettings {
  return { ...defaultDelivery, method: options.deliveryMethod ?? defaultDelivery.method };
}

/** The delivery settings of a draft, whoever wrote it. */
export function deliveryOf({ delivery }: { readonly delivery?: DeliverySettings }): DeliverySettings {
  return delivery ?? defaultDelivery;
}

export const IgnoredSetting = Type.Object({
  field: Type.Union([Type.Literal('maxTargets'), Type.Literal('maxWaitMinutes'), Type.Literal('address')]),
  reason: Reason,
});

/** The settings that count, and those that were given and do not, with the reason (BSCN-12). */
export const EffectiveDelivery = Type.Object({
  ...DeliverySettings.properties,
  ignored: Type.Array(IgnoredSetting),
});
export type EffectiveDelivery = Static<typeof EffectiveDelivery>;

/** Unicast waits for nobody and needs no address: what was given for them is kept, ignored, and named. */
export function effectiveDelivery(settings: DeliverySettings): EffectiveDelivery {
  if (settings.method !== 'unicast') return { ...settings, ignored: [] };
  const reason = { code: 'ignored-with-unicast', params: {} };
  const fields = (['maxTargets', 'maxWaitMinutes', 'address'] as const).filter(
    (field) => settings[field] !== null,
  );
  return { ...defaultDelivery, method: 'unicast', ignored: fields.map((field) => ({ field, reason })) };
}

/** Whether machines wait for each other; neither limit: each starts as soon as it is ready (BSCN-11). */
export function waitsForGroup(delivery: Pick<EffectiveDelivery, 'maxTargets' | 'maxWaitMinutes'>): boolean {
  return delivery.maxTargets !== null || delivery.maxWaitMinutes !== null;
}

/** What is wrong with the settings themselves, by the code of a failure; null: nothing. */
export function deliveryProblem({ address }: DeliverySettings): Reason | null {
  if (address === null || isMulticastAddress(address)) return null;
  return { code: 'delivery-address-wrong', params: { address } };
}

/** 224.0.0.0/4 without 224.0.0.0/24, which no router and no service may pass on (RFC 5771, section 4). */
function isMulticastAddress(text: string): boolean {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return false;
  const [first = 0, second, third] = parts;
  return first >= 224 && first <= 239 && !(first === 224 && second === 0 && third === 0);
}

/** What an administrator should know before such a deployment starts; numbers of both limits (BSCN-14). */
export function deliveryWarnings(
  { maxTargets, maxWaitMinutes }: EffectiveDelivery,
  limits: { readonly site: number; readonly deployment: number | null },
): Reason[] {
  const warnings: Reason[] = [];
  if (maxTargets !== null && maxTargets > limits.site)
    warnings.push({ code: 'group-over-site-limit', params: { maxTargets, limit: limits.site } });
  if (maxTargets !== null && limits.deployment !== null && maxTargets > limits.deployment)
    warnings.push({ code: 'group-over-deployment-limit', params: { maxTargets, limit: limits.deployment } });
  if (maxTargets !== null && maxWaitMinutes === null)
    warnings.push({ code: 'group-without-longest-wait', params: { maxTargets } });
  return warnings;
}

/** Why a run waits for no group although its deployment has one: by an operator's act. */
export type Alone = 'left-group' | 'went-unicast';

export interface MethodQuestion {
  readonly delivery: EffectiveDelivery;
  readonly alone: Alone | null;
  /** It starts together with others. */
  readonly isInWave: boolean;
  /** Why this site cannot send by multicast to the machine; null: it can. */
  readonly multicastRefusal: Reason | null;
}

export interface MethodChoice {
  readonly method: ChosenMethod;
  readonly reason: Reason;
}

/** How one machine gets its content, and why that way. */
export function chooseMethod({ delivery, alone, isInWave, multicastRefusal }: MethodQuestion): MethodChoice {
  const unicast = (code: string): MethodChoice => ({ method: 'unicast', reason: { code, params: {} } });
  if (delivery.method === 'unicast') return unicast('unicast-chosen');
  if (alone !== null) return unicast(`unicast-${alone}`);
  if (delivery.method === 'auto' && !isInWave) return unicast('unicast-alone');
  if (multicastRefusal) return { method: 'unicast', reason: multicastRefusal };
  const code = delivery.method === 'multicast' ? 'multicast-chosen' : 'multicast-group';
  return { method: 'multicast', reason: { code, params: {} } };
}

defineReasons({
  'ignored-with-unicast': 'With unicast each machine fetches by itself: this setting is ignored.',
  'group-over-site-limit':
    'A group of {maxTargets} machines, but the site runs {limit} at once: the others of the group queue.',
  'group-over-deployment-limit':
    'A group of {maxTargets} machines, but the deployment runs {limit} at once: the others of the group queue.',
  'group-without-longest-wait':
    'There is no longest wait: ready machines wait until {maxTargets} are ready, or until all that are left are.',
  'unicast-chosen': 'By unicast, as the deployment says.',
  'unicast-left-group': 'By unicast: it left its group and starts alone.',
  'unicast-went-unicast': 'By unicast, as an operator decided.',
  'unicast-alone': 'By unicast: it waits for no other machine.',
  'unicast-no-multicast': 'By unicast: this site does not send by multicast.',
  'multicast-chosen': 'By multicast, as the deployment says.',
  'multicast-group': 'By multicast, together with its group.',
});
