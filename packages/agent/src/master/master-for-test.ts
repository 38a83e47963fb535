/** The preparation of a machine that has lived, and its audit. */
import { auditMaster } from '@tenkai/domain/master/index.ts';
import { lookAt } from './look.ts';
import { type PrepareOptions, prepareMaster } from './prepare.ts';
import type { Scene } from './scene.ts';

/** What is asked of a preparation by default. */
export const values: PrepareOptions = { locator: 'mp1.example.org' };

/** All steps at once, under a clock that stands still. */
export const prepare = (scene: Scene, options: PrepareOptions = values) =>
  prepareMaster({ scene, now: () => 1, onStep: () => {} }, options);

/** What the audit of this machine finds. */
export const findings = async (scene: Scene) =>
  auditMaster(await lookAt(scene, { profile: 'workgroup', pin: null }));
